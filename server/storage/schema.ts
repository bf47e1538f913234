import type { Migration } from "./migrations.ts";

/**
 * The database's schema, in the order it grew. Columns hold what shared/entities/ describes; times are ISO 8601 UTC with
 * milliseconds, so that text order is time order.
 */
const audit = `
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  tenant_id TEXT,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  outcome TEXT NOT NULL,
  duration_ms INTEGER,
  error TEXT,
  hash TEXT NOT NULL,
  previous_hash TEXT NOT NULL
);
CREATE INDEX audit_tenant ON audit (tenant_id, seq);
CREATE INDEX audit_actor ON audit (actor_id, seq);
CREATE INDEX audit_action ON audit (action, seq);
CREATE INDEX audit_at ON audit (at, seq);
CREATE TABLE audit_head (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit records are never changed'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit records are never deleted'); END;
`;

const jobs = `
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  status TEXT NOT NULL,
  progress TEXT NOT NULL,
  error TEXT,
  result TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_tenant ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_status ON jobs (status);
`;

const sessions = `
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  issue_id TEXT,
  tool TEXT NOT NULL,
  title TEXT NOT NULL,
  status TEXT NOT NULL,
  status_source TEXT NOT NULL,
  status_since TEXT NOT NULL,
  question TEXT,
  tmux_session TEXT NOT NULL,
  tmux_socket TEXT NOT NULL,
  workspace_path TEXT NOT NULL,
  branch TEXT,
  last_activity_at TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_tenant ON sessions (tenant_id, created_at, id);
CREATE INDEX sessions_project ON sessions (project_id);
`;

/** Signed-in sessions by the `jti` of their token; a revoked one stays until it would have expired. */
const authSessions = `
CREATE TABLE auth_sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  client TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  revoked_at TEXT
) WITHOUT ROWID;
CREATE INDEX auth_sessions_user ON auth_sessions (user_id);
CREATE INDEX auth_sessions_expiry ON auth_sessions (expires_at);
`;

/** How far the sync of a project's link has come. */
const syncState = `
CREATE TABLE sync_state (
  link_id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  sync_id TEXT,
  position TEXT,
  etag TEXT,
  full_at TEXT,
  synced_at TEXT,
  error TEXT,
  updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sync_state_project ON sync_state (project_id);
`;

/**
 * Issues. The three page indexes begin with what a stream of the list is chosen by (see server/issues/repository.ts).
 * `search_id` is the row in the full text index; it grows with `updated_at`, so the index gives newest first by itself.
 * `issue_counts` is kept by triggers: a list's total costs the same however many issues there are.
 */
const issues = `
CREATE TABLE issues (
  row_id INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  key TEXT NOT NULL,
  external_id TEXT NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL,
  raw_status TEXT NOT NULL,
  labels TEXT NOT NULL,
  assignees TEXT NOT NULL,
  author TEXT NOT NULL,
  milestone TEXT,
  url TEXT NOT NULL,
  comment_count INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  closed_at TEXT,
  synced_at TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  seen_sync TEXT NOT NULL,
  search_id INTEGER NOT NULL UNIQUE,
  UNIQUE (link_id, external_id)
);
CREATE INDEX issues_updated ON issues (project_id, provider, status, updated_at, id);
CREATE INDEX issues_created ON issues (project_id, provider, status, created_at, id);
CREATE INDEX issues_title ON issues (project_id, provider, status, title_key, id);

CREATE TABLE issue_comments (
  issue INTEGER NOT NULL REFERENCES issues (row_id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  author TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  from_collaborator INTEGER NOT NULL,
  PRIMARY KEY (issue, position)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE issue_search USING fts5 (
  key, title, body, comments, facets,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE issue_counts (
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, project_id, provider, status)
) WITHOUT ROWID;
CREATE TRIGGER issue_counted AFTER INSERT ON issues BEGIN
  INSERT INTO issue_counts VALUES (NEW.tenant_id, NEW.project_id, NEW.provider, NEW.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER issue_uncounted AFTER DELETE ON issues BEGIN
  UPDATE issue_counts SET count = count - 1 WHERE tenant_id = OLD.tenant_id AND project_id = OLD.project_id
    AND provider = OLD.provider AND status = OLD.status;
END;
CREATE TRIGGER issue_recounted AFTER UPDATE OF status ON issues WHEN NEW.status <> OLD.status BEGIN
  UPDATE issue_counts SET count = count - 1 WHERE tenant_id = OLD.tenant_id AND project_id = OLD.project_id
    AND provider = OLD.provider AND status = OLD.status;
  INSERT INTO issue_counts VALUES (NEW.tenant_id, NEW.project_id, NEW.provider, NEW.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
`;

/**
 * How far the sync of a project's link has come. `position` is where the next listing begins, in the tracker's own terms,
 * and only of use while the link leads where `source` says; `overrides` are the status overrides the stored statuses were
 * made with. `category` is what the tracker's own category says of an issue, so that a change of overrides needs no
 * fetch; `gone` marks an issue that the tracker has no more and that is kept for what refers to it.
 */
const incrementalSync = `
DROP TABLE sync_state;
CREATE TABLE sync_state (
  link_id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  source TEXT NOT NULL,
  position TEXT,
  overrides TEXT NOT NULL,
  full_at TEXT,
  reconciled_at TEXT,
  synced_at TEXT,
  error TEXT
) WITHOUT ROWID;
CREATE INDEX sync_state_project ON sync_state (project_id);
ALTER TABLE issues ADD COLUMN category TEXT;
ALTER TABLE issues ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
`;

/** Deliveries of webhooks that were taken, so that none is taken twice. */
const webhookDeliveries = `
CREATE TABLE webhook_deliveries (
  connection_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  received_at TEXT NOT NULL,
  PRIMARY KEY (connection_id, delivery_id)
) WITHOUT ROWID;
CREATE INDEX webhook_deliveries_time ON webhook_deliveries (received_at);
`;

/**
 * Writes to trackers, from their acceptance until some days after they arrived. `base` is what an edit began from,
 * `attempted` what was last sent and may have arrived, `result_id` the tracker's id of what a write made.
 */
const outbox = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  link_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  issue_id TEXT,
  issue_key TEXT,
  issue_external_id TEXT,
  write TEXT NOT NULL,
  base TEXT,
  attempted TEXT,
  attempted_at TEXT,
  known TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at TEXT,
  error TEXT,
  conflict TEXT,
  result_id TEXT,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (connection_id, status, seq);
CREATE INDEX outbox_issue ON outbox (issue_id, status, seq);
CREATE INDEX outbox_user ON outbox (user_id, status, seq);
CREATE INDEX outbox_link ON outbox (link_id, status, seq);
`;

/** What an issue is counted under, in SQL. */
const facetsOf = (row: "NEW" | "OLD") => `
  SELECT 'label' AS facet, value FROM json_each(${row}.labels)
  UNION SELECT 'label', '' WHERE ${row}.labels = '[]'
  UNION SELECT 'assignee', json_extract(value, '$.name') FROM json_each(${row}.assignees)
  UNION SELECT 'assignee', '' WHERE ${row}.assignees = '[]'
  UNION SELECT 'milestone', ifnull(${row}.milestone, '')`;

const countFacets = `
  INSERT INTO issue_facet_counts
    SELECT NEW.tenant_id, NEW.project_id, NEW.provider, NEW.status, facet, value, 1 FROM (${facetsOf("NEW")}) WHERE true
    ON CONFLICT DO UPDATE SET count = count + 1;`;

const uncountFacets = `
  UPDATE issue_facet_counts SET count = count - 1 WHERE tenant_id = OLD.tenant_id AND project_id = OLD.project_id
    AND provider = OLD.provider AND status = OLD.status AND (facet, value) IN (${facetsOf("OLD")});`;

/**
 * How many issues have a label, an assignee, a milestone, or none of them (the empty value), for grouping without reading
 * the issues. The full text index gets indexes of its own for what is being typed (`prefix`: without them, three letters
 * that begin many words take a second), and words for milestones and for what an issue lacks: it is filled anew at the
 * next start, by server/issues/search-index.ts.
 */
const issueFacets = `
CREATE TABLE issue_facet_counts (
  tenant_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, facet, project_id, provider, status, value)
) WITHOUT ROWID;
INSERT INTO issue_facet_counts
  SELECT tenant_id, project_id, provider, i.status, 'label', l.value, count(DISTINCT row_id)
  FROM issues AS i, json_each(labels) AS l GROUP BY 1, 2, 3, 4, 6;
INSERT INTO issue_facet_counts
  SELECT tenant_id, project_id, provider, i.status, 'assignee', json_extract(a.value, '$.name'), count(DISTINCT row_id)
  FROM issues AS i, json_each(assignees) AS a GROUP BY 1, 2, 3, 4, 6;
INSERT INTO issue_facet_counts
  SELECT tenant_id, project_id, provider, status, 'milestone', coalesce(milestone, ''), count(*)
  FROM issues GROUP BY 1, 2, 3, 4, 6;
INSERT INTO issue_facet_counts
  SELECT tenant_id, project_id, provider, status, 'label', '', count(*) FROM issues WHERE labels = '[]' GROUP BY 1, 2, 3, 4;
INSERT INTO issue_facet_counts
  SELECT tenant_id, project_id, provider, status, 'assignee', '', count(*) FROM issues WHERE assignees = '[]'
  GROUP BY 1, 2, 3, 4;
CREATE TRIGGER issue_facets_counted AFTER INSERT ON issues BEGIN ${countFacets}
END;
CREATE TRIGGER issue_facets_uncounted AFTER DELETE ON issues BEGIN ${uncountFacets}
END;
CREATE TRIGGER issue_facets_recounted AFTER UPDATE OF status, labels, assignees, milestone ON issues
  WHEN (NEW.status, NEW.labels, NEW.assignees, NEW.milestone) IS NOT (OLD.status, OLD.labels, OLD.assignees, OLD.milestone)
BEGIN ${uncountFacets} ${countFacets}
END;
DROP TABLE issue_search;
CREATE VIRTUAL TABLE issue_search USING fts5 (
  key, title, body, comments, facets,
  content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4 5 6'
);
`;

/**
 * How people sign in. Passwords are argon2id, TOTP secrets sealed; of codes and personal access tokens the SHA-256 alone
 * is kept. `totp_step` is the time step of the last code taken, for each is taken once.
 */
const signIn = `
ALTER TABLE auth_sessions ADD COLUMN amr TEXT NOT NULL DEFAULT '["local"]';
ALTER TABLE auth_sessions ADD COLUMN stepped_up_at TEXT;
CREATE TABLE credentials (
  user_id TEXT PRIMARY KEY,
  password TEXT,
  totp TEXT,
  totp_pending TEXT,
  totp_step INTEGER NOT NULL DEFAULT 0,
  totp_failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE sign_in_codes (digest TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE access_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at TEXT NOT NULL,
  last_used_at TEXT,
  expires_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX access_tokens_user ON access_tokens (user_id);
`;

/** Where a listing of everything can go on that did not come to its end, as JSON. */
const brokenListings = `ALTER TABLE sync_state ADD COLUMN listing TEXT;`;

/**
 * Up to eight pieces of the full text index stand beside each other before they are merged, not four: a large sync writes
 * a sixth less, and searches cost the same (docs/performance.md).
 */
const rarerMerges = "INSERT INTO issue_search (issue_search, rank) VALUES ('automerge', 8)";

export const migrations: readonly Migration[] = [
  { version: 1, name: "audit", up: audit },
  { version: 2, name: "jobs", up: jobs },
  { version: 3, name: "sessions", up: sessions },
  { version: 4, name: "signed-in sessions", up: authSessions },
  { version: 5, name: "sync state", up: syncState },
  { version: 6, name: "issues", up: issues },
  { version: 7, name: "incremental sync", up: incrementalSync },
  { version: 8, name: "webhook deliveries", up: webhookDeliveries },
  { version: 9, name: "outbox", up: outbox },
  { version: 10, name: "issue facets", up: issueFacets },
  { version: 11, name: "sign-in", up: signIn },
  { version: 12, name: "broken listings", up: brokenListings },
  { version: 13, name: "rarer merges of the full text index", up: rarerMerges },
];
