import type { Migration } from './migration.ts'

/** What an attempt to a channel sent. Of attempts from before it is not known. */
export const messagesSent: Migration = {
  sql: 'ALTER TABLE attempts ADD COLUMN request_body BLOB;',
}
