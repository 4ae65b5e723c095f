import type { Migration } from './migration.ts'

/** How many times the request of an attempt was written; NULL where nobody knows. */
export const requestsSent: Migration = {
  sql: `
ALTER TABLE attempts ADD COLUMN sends INTEGER;
`,
}
