import type { Migration } from './migration.ts'

/**
 * What an organization was told of the health of a webhook, and when the rest is to be told. Nobody was told anything that
 * is not so: up to here every turn was.
 */
export const tellings: Migration = {
  sql: `
ALTER TABLE webhooks ADD COLUMN told_health TEXT NOT NULL DEFAULT 'healthy';
ALTER TABLE webhooks ADD COLUMN told_window_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN told_window_ends_at INTEGER;
ALTER TABLE webhooks ADD COLUMN told_unprompted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhooks ADD COLUMN tell_at INTEGER;
UPDATE webhooks SET told_health = health;
CREATE INDEX webhooks_untold ON webhooks (tell_at) WHERE tell_at IS NOT NULL;
`,
}
