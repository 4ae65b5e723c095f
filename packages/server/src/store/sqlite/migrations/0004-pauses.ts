import type { Migration } from './migration.ts'

/** Until when a receiver asked to be left alone. */
export const pauses: Migration = {
  sql: `
ALTER TABLE webhooks ADD COLUMN paused_until INTEGER;
`,
}
