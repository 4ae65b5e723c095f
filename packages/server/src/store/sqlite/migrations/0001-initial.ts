import type { Migration } from './migration.ts'

/**
 * Public ids are 16 raw bytes (see ids.ts); rows refer to each other by integer `seq`, which is a quarter of the size.
 * States, kinds and outcomes are the numbers of words.ts. Times are milliseconds; `due_at` and `duration_ms` are REAL
 * because a jittered wait need not be whole, and a whole one takes no more room for it.
 */
export const initial: Migration = {
  sql: `
CREATE TABLE organizations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  tier TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Removed projects stay as rows, because runs and removed workflows name them.
CREATE TABLE projects (
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  id BLOB NOT NULL,
  name TEXT NOT NULL,
  is_default INTEGER NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX projects_default ON projects (organization_id) WHERE is_default = 1;

CREATE TABLE workflows (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organization_id INTEGER NOT NULL,
  project_id BLOB NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  score_threshold REAL NOT NULL,
  steps TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id)
) STRICT;
CREATE UNIQUE INDEX workflows_slug ON workflows (organization_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX workflows_list ON workflows (organization_id, id) WHERE deleted_at IS NULL;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  organization_id INTEGER NOT NULL,
  workflow_id INTEGER NOT NULL REFERENCES workflows (id),
  project_id BLOB NOT NULL,
  status TEXT NOT NULL,
  result TEXT NOT NULL,
  source TEXT NOT NULL,
  submission TEXT NOT NULL,
  subject TEXT,
  findings TEXT NOT NULL,
  error_count INTEGER NOT NULL,
  warning_count INTEGER NOT NULL,
  info_count INTEGER NOT NULL,
  score REAL,
  error_category TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  duration_ms REAL,
  UNIQUE (organization_id, id),
  FOREIGN KEY (organization_id, project_id) REFERENCES projects (organization_id, id)
) STRICT;
CREATE INDEX runs_workflow ON runs (organization_id, workflow_id, id);
CREATE INDEX runs_result ON runs (organization_id, result, id);
CREATE INDEX runs_unfinished ON runs (id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX runs_ended ON runs (created_at) WHERE ended_at IS NOT NULL;

CREATE TABLE submissions (
  run_seq INTEGER PRIMARY KEY REFERENCES runs (seq),
  content BLOB NOT NULL
) STRICT;

CREATE TABLE webhooks (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  events TEXT NOT NULL,
  scope TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  signing_key TEXT,
  signatures TEXT NOT NULL,
  retired TEXT,
  headers TEXT NOT NULL,
  retry_schedule TEXT NOT NULL,
  disable_after INTEGER NOT NULL,
  rate_limit TEXT,
  ordering TEXT,
  filter TEXT,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  status TEXT NOT NULL,
  health TEXT NOT NULL,
  failure_count INTEGER NOT NULL,
  exhausted_in_streak INTEGER NOT NULL,
  last_error TEXT,
  last_triggered_at INTEGER
) STRICT;
CREATE INDEX webhooks_list ON webhooks (organization_id, id) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who hears which event type; deleted webhooks hear nothing.
CREATE TABLE webhook_events (
  organization_id INTEGER NOT NULL,
  event_type TEXT NOT NULL,
  webhook_seq INTEGER NOT NULL REFERENCES webhooks (seq),
  PRIMARY KEY (organization_id, event_type, webhook_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_events_webhook ON webhook_events (webhook_seq);

-- What a change of a webhook still has to do to its deliveries, up to delivery_seq_max; the oldest first.
CREATE TABLE webhook_moves (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_seq INTEGER NOT NULL REFERENCES webhooks (seq),
  move TEXT NOT NULL,
  delivery_seq_max INTEGER NOT NULL,
  moved_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_moves_webhook ON webhook_moves (webhook_seq);

CREATE TABLE event_types (
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  type TEXT NOT NULL,
  description TEXT NOT NULL,
  schema TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, type)
) STRICT, WITHOUT ROWID;

-- swept: the sweep took a delivery of it, and so a webhook that seems never to have been owed it may have had it.
-- The body is last, so that reading the rest of a large event does not walk through its pages.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  type TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  project_id BLOB,
  workflow_id INTEGER,
  run_id BLOB,
  key TEXT,
  deliveries_left INTEGER NOT NULL,
  swept INTEGER NOT NULL DEFAULT 0,
  body BLOB NOT NULL,
  UNIQUE (organization_id, id)
) STRICT;
CREATE INDEX events_type ON events (organization_id, type, id);
CREATE INDEX events_run ON events (run_id, id) WHERE run_id IS NOT NULL;
-- Events that the sweep may take once they are old: no delivery was made, or the sweep took the last.
CREATE INDEX events_unneeded ON events (created_at) WHERE deliveries_left = 0;

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  event_seq INTEGER NOT NULL REFERENCES events (seq),
  webhook_seq INTEGER NOT NULL REFERENCES webhooks (seq),
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  attempt_count INTEGER NOT NULL,
  manual INTEGER,
  order_key TEXT,
  due_at REAL,
  leased_at INTEGER,
  fence INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
-- Lists. A list of every state merges one walk for each, so that one index serves with and without that filter.
CREATE INDEX deliveries_organization ON deliveries (organization_id, state, id);
CREATE INDEX deliveries_webhook ON deliveries (webhook_seq, state, id);
-- An event is owed to a webhook once.
CREATE UNIQUE INDEX deliveries_event ON deliveries (event_seq, webhook_seq);
-- Work. Rows leave these as they are leased, settled and finished, so they stay as small as the work at hand.
CREATE INDEX deliveries_ready ON deliveries (webhook_seq, due_at) WHERE due_at IS NOT NULL AND leased_at IS NULL;
CREATE INDEX deliveries_order ON deliveries (webhook_seq, order_key, seq)
  WHERE order_key IS NOT NULL AND ended_at IS NULL;
CREATE INDEX deliveries_leased ON deliveries (leased_at) WHERE leased_at IS NOT NULL;
CREATE INDEX deliveries_ended ON deliveries (ended_at)
  WHERE ended_at IS NOT NULL AND due_at IS NULL AND leased_at IS NULL;

CREATE TABLE attempts (
  delivery_seq INTEGER NOT NULL REFERENCES deliveries (seq),
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  duration_ms REAL,
  status_code INTEGER,
  error_code TEXT,
  error_message TEXT,
  request_headers TEXT NOT NULL,
  response_headers TEXT,
  response_body BLOB,
  PRIMARY KEY (delivery_seq, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_claims (
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  operation TEXT NOT NULL,
  key TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  sealed_answer TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, operation, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_claims_created ON idempotency_claims (created_at);

CREATE TABLE api_keys (
  id BLOB PRIMARY KEY,
  organization_id INTEGER NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_list ON api_keys (organization_id, id);
`,
}
