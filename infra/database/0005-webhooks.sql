-- Who is told of rehearsals. The secret signs, so it is kept as it is; no answer shows it after the first.
CREATE TABLE webhooks (
  id               text PRIMARY KEY,
  url              text NOT NULL,
  -- null: of every service.
  service          text,
  events           text[] NOT NULL,
  secret           bytea NOT NULL,
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  -- Of the first failure since the last success.
  failing_since    timestamptz,
  last_failure     text,
  disabled_at      timestamptz
);

-- Written with the event that a message tells, in one transaction; delivered afterwards, at least once.
CREATE TABLE webhook_messages (
  id            text PRIMARY KEY DEFAULT 'msg_' || replace(gen_random_uuid()::text, '-', ''),
  webhook_id    text NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  -- json, not jsonb: every attempt sends, and signs, the same bytes.
  body          json NOT NULL,
  attempts      integer NOT NULL DEFAULT 0,
  -- Not before then: the next attempt, or the end of the time that one under way is given.
  due_at        timestamptz NOT NULL DEFAULT now(),
  created_at    timestamptz NOT NULL DEFAULT now(),
  delivered_at  timestamptz,
  given_up_at   timestamptz
);
CREATE INDEX webhook_messages_due ON webhook_messages (due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX webhook_messages_by_webhook ON webhook_messages (webhook_id);
