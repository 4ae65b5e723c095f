import type { Migration } from './migration.ts'

/** Attempts in a row that were not sent for a fault of ours share one row. */
export const repeatedAttempts: Migration = {
  sql: `
ALTER TABLE attempts ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempts ADD COLUMN repeated_at INTEGER;
`,
}
