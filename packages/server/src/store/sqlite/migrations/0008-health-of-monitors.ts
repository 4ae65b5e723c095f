import type { Migration } from './migration.ts'

/**
 * Whether the pages of monitors can be judged, and what an organization was told of that. Whose last slot started no run
 * is failing, which nobody was told. `monitor_id` is null for runs from before: what they end as changes no monitor.
 */
export const healthOfMonitors: Migration = {
  sql: `
ALTER TABLE runs ADD COLUMN monitor_id BLOB;
ALTER TABLE monitors ADD COLUMN health TEXT NOT NULL DEFAULT 'healthy';
ALTER TABLE monitors ADD COLUMN failure_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE monitors ADD COLUMN failing_since INTEGER;
ALTER TABLE monitors ADD COLUMN told_health TEXT NOT NULL DEFAULT 'healthy';
ALTER TABLE monitors ADD COLUMN told_window_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE monitors ADD COLUMN told_window_ends_at INTEGER;
ALTER TABLE monitors ADD COLUMN tell_at INTEGER;
UPDATE monitors SET health = 'failing', failure_count = 1, failing_since = updated_at, tell_at = updated_at
  WHERE last_error IS NOT NULL;
CREATE INDEX monitors_untold ON monitors (tell_at) WHERE tell_at IS NOT NULL;
`,
}
