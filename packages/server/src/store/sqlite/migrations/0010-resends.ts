import type { Migration } from './migration.ts'

/**
 * Sending again makes a delivery of its own. What had been delivered and was to be sent once more stays delivered; what had begun
 * its schedule anew goes on with it.
 */
export const resends: Migration = {
  sql: `
UPDATE deliveries SET due_at = NULL WHERE ended_at IS NOT NULL AND due_at IS NOT NULL;
ALTER TABLE deliveries DROP COLUMN manual;
-- The id of the delivery that was sent again, and how often its event was sent to its webhook again by then.
ALTER TABLE deliveries ADD COLUMN resend_of BLOB;
ALTER TABLE deliveries ADD COLUMN resends INTEGER NOT NULL DEFAULT 0;
DROP INDEX deliveries_event;
-- An event is owed to a webhook once; whatever comes on top was asked for by hand.
CREATE UNIQUE INDEX deliveries_event ON deliveries (event_seq, webhook_seq, resends);
`,
}
