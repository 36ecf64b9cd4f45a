-- Rehearsals of the service: Postgres is the truth, the queue only carries work.
CREATE TABLE tokens (
  hash       text PRIMARY KEY,
  name       text NOT NULL,
  scopes     text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bundles (
  digest     text PRIMARY KEY,
  bytes      bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- One archive in pieces of at most 1 MiB: API and workers may be on different machines, so a file would not do.
CREATE TABLE bundle_chunks (
  digest  text NOT NULL REFERENCES bundles ON DELETE CASCADE,
  ordinal integer NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (digest, ordinal)
);

CREATE TABLE rehearsals (
  id             text PRIMARY KEY,
  status         text NOT NULL DEFAULT 'queued'
                   CHECK (status IN ('queued', 'running', 'judged', 'cancelled', 'failed')),
  attempt        integer NOT NULL,
  service        text NOT NULL,
  version        text NOT NULL,
  environment    text NOT NULL,
  owners         text[] NOT NULL,
  bundle_digest  text NOT NULL REFERENCES bundles,
  snapshot       text NOT NULL,
  rules_digest   text NOT NULL,
  seed           bigint NOT NULL,
  waivers_count  boolean NOT NULL,
  verdict        text CHECK (verdict IN ('pass', 'fail', 'inconclusive')),
  sentence       text,
  -- json, not jsonb: documents are given back as they came, and may hold U+0000.
  plan           json,
  evidence       json,
  report         json,
  failure        json,
  submitted_by   text NOT NULL,
  last_event     bigint NOT NULL DEFAULT 0,
  created_at     timestamptz NOT NULL DEFAULT now(),
  started_at     timestamptz,
  finished_at    timestamptz,
  CHECK ((status = 'judged') = (verdict IS NOT NULL)),
  UNIQUE (bundle_digest, snapshot, rules_digest, seed, attempt)
);
CREATE INDEX rehearsals_by_service ON rehearsals (service, version, environment);
CREATE INDEX rehearsals_by_time ON rehearsals (created_at DESC, id DESC);
CREATE INDEX rehearsals_unfinished ON rehearsals (id) WHERE status IN ('queued', 'running');

-- `fence` grows with every start of the run; only the newest holder may store the result, once.
CREATE TABLE runs (
  rehearsal_id text NOT NULL REFERENCES rehearsals ON DELETE CASCADE,
  run_id       text NOT NULL,
  spec         json NOT NULL,
  fence        bigint NOT NULL DEFAULT 0,
  claimed_by   text,
  claimed_at   timestamptz,
  result       json,
  outcome      text,
  finished_at  timestamptz,
  PRIMARY KEY (rehearsal_id, run_id)
);

CREATE TABLE events (
  rehearsal_id text NOT NULL REFERENCES rehearsals ON DELETE CASCADE,
  number       bigint NOT NULL,
  kind         text NOT NULL,
  content      json NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rehearsal_id, number)
);

CREATE TABLE idempotency_keys (
  owner        text NOT NULL,
  key          text NOT NULL,
  question     text NOT NULL,
  rehearsal_id text NOT NULL REFERENCES rehearsals ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner, key)
);

CREATE TABLE waivers (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service     text NOT NULL,
  "check"     text NOT NULL,
  relation    text,
  phase       text,
  app         text,
  by          text NOT NULL,
  reason      text NOT NULL,
  expires_at  timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE overrides (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  service       text NOT NULL,
  version       text NOT NULL,
  environment   text NOT NULL,
  bundle_digest text,
  by            text NOT NULL,
  reason        text NOT NULL,
  expires_at    timestamptz NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now()
);

-- One row a worker process, written every few seconds; the snapshots are those on its machine.
CREATE TABLE workers (
  id         text PRIMARY KEY,
  machine    text NOT NULL,
  snapshots  json NOT NULL DEFAULT '[]',
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now()
);
