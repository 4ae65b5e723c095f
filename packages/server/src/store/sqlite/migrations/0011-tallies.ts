import type { Migration } from './migration.ts'

/**
 * When a webhook was first active: of those that are stopped and were never changed nobody knows better than that they never
 * were. What is counted of webhooks beside what their attempts say stands apart, so that counting writes few bytes.
 */
export const tallies: Migration = {
  sql: `
ALTER TABLE webhooks ADD COLUMN activated_at INTEGER;
UPDATE webhooks SET activated_at = created_at WHERE NOT (status = 'disabled' AND revision = 1);

CREATE TABLE webhook_tallies (
  webhook_seq INTEGER PRIMARY KEY REFERENCES webhooks (seq),
  filtered_out INTEGER NOT NULL DEFAULT 0,
  filtered_out_at INTEGER,
  held_expired INTEGER NOT NULL DEFAULT 0,
  held_expired_at INTEGER
) STRICT;

-- What is held has an age limit. 1 is held (words.ts).
CREATE INDEX deliveries_held ON deliveries (created_at) WHERE state = 1;
`,
}
