CREATE SCHEMA desk;
CREATE TABLE desk.tickets (
  ticket_no serial PRIMARY KEY,
  subject varchar(120) NOT NULL,
  status varchar(12) NOT NULL DEFAULT 'new',
  touched_at timestamptz
);
INSERT INTO desk.tickets (subject) SELECT 'printer ' || n || ' is on fire' FROM generate_series(1, 2500) AS n;

CREATE TABLE desk.migrations (version text PRIMARY KEY);
INSERT INTO desk.migrations VALUES ('tickets');
