CREATE TABLE deliveries (
  id integer PRIMARY KEY,
  mailbox text NOT NULL,
  state text NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0
);
INSERT INTO deliveries (id, mailbox) SELECT n, 'box ' || n FROM generate_series(1, 900) AS n;

CREATE TABLE applied (step text PRIMARY KEY);
