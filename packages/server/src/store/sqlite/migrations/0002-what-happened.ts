import type { Migration } from './migration.ts'

/** What validators saw in a document, for telling what changed since the run before. */
export const whatHappened: Migration = {
  sql: `
ALTER TABLE runs ADD COLUMN settings TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN scored_types TEXT;
ALTER TABLE runs ADD COLUMN seen TEXT;

-- The run before, of the same subject and settings. Only verdicts about the data are compared. One index for a score and
-- one for types, so that finding it takes one row, however many others the subject has.
CREATE INDEX runs_compared_score ON runs (organization_id, workflow_id, subject, settings, ended_at, id)
  WHERE subject IS NOT NULL AND result IN ('PASS', 'FAIL') AND score IS NOT NULL;
CREATE INDEX runs_compared_seen ON runs (organization_id, workflow_id, subject, settings, ended_at, id)
  WHERE subject IS NOT NULL AND result IN ('PASS', 'FAIL') AND seen IS NOT NULL;
CREATE INDEX runs_subject ON runs (organization_id, subject, id) WHERE subject IS NOT NULL;

-- project_id is that of the workflow, kept here too for the list of a project.
CREATE TABLE monitors (
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  project_id BLOB NOT NULL,
  workflow_id INTEGER NOT NULL REFERENCES workflows (id),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  schedule TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  next_run_at INTEGER,
  last_run_id BLOB,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitors_project ON monitors (organization_id, project_id, id);
CREATE INDEX monitors_workflow ON monitors (organization_id, workflow_id, id);
CREATE INDEX monitors_due ON monitors (next_run_at) WHERE enabled = 1;

ALTER TABLE webhooks ADD COLUMN carrier TEXT NOT NULL DEFAULT 'webhook';
DROP INDEX webhooks_list;
CREATE INDEX webhooks_list ON webhooks (organization_id, id) WHERE deleted_at IS NULL AND carrier = 'webhook';
CREATE INDEX webhooks_channels ON webhooks (organization_id, id) WHERE deleted_at IS NULL AND carrier <> 'webhook';

CREATE TABLE alert_rules (
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  enabled INTEGER NOT NULL,
  rule TEXT NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_rules_enabled ON alert_rules (organization_id, id) WHERE enabled = 1;

-- They outlive their rule and their run.
CREATE TABLE alerts (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  rule_id BLOB NOT NULL,
  rule_name TEXT NOT NULL,
  rule_type TEXT NOT NULL,
  severity TEXT NOT NULL,
  run_id BLOB NOT NULL,
  subject TEXT,
  message TEXT NOT NULL,
  before TEXT,
  after TEXT,
  created_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  UNIQUE (organization_id, id)
) STRICT;
CREATE INDEX alerts_open ON alerts (organization_id, id) WHERE acknowledged_at IS NULL;
CREATE INDEX alerts_rule ON alerts (organization_id, rule_id, id);
CREATE INDEX alerts_subject ON alerts (organization_id, rule_id, subject, created_at);
CREATE INDEX alerts_created ON alerts (created_at);
`,
}
