import type { Migration } from './migration.ts'

/** Events whose deliveries are made in slices, after the commit that accepted them. */
export const fanouts: Migration = {
  sql: `
-- Ids of webhooks, 16 bytes each; shared by events that are heard by the same ones.
CREATE TABLE audiences (
  seq INTEGER PRIMARY KEY,
  webhooks BLOB NOT NULL
) STRICT;

-- Gone as soon as the last delivery is made. chosen has one bit for each webhook of the audience; null: all of them.
CREATE TABLE fanouts (
  event_seq INTEGER PRIMARY KEY REFERENCES events (seq),
  organization_id INTEGER NOT NULL,
  audience_seq INTEGER NOT NULL REFERENCES audiences (seq),
  position INTEGER NOT NULL,
  accepted_at INTEGER NOT NULL,
  chosen BLOB
) STRICT;
CREATE INDEX fanouts_organization ON fanouts (organization_id, event_seq);
CREATE INDEX fanouts_audience ON fanouts (audience_seq);

-- Whether the webhook was live before the change, and the last event whose deliveries the move waits for.
ALTER TABLE webhook_moves ADD COLUMN was_live INTEGER NOT NULL DEFAULT 1;
ALTER TABLE webhook_moves ADD COLUMN event_seq_max INTEGER;
`,
}
