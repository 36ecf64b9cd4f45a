CREATE TABLE mails (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recipient integer NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO mails (recipient) SELECT n FROM generate_series(1, 500) AS n;
SELECT count(graphile_worker.add_job('mail', json_build_object('to', n))) FROM generate_series(1, 50) AS n;
