CREATE ROLE team LOGIN;
CREATE ROLE reporting NOLOGIN;
ALTER DATABASE postgres OWNER TO team;
GRANT ALL ON SCHEMA public TO team;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION citext;
SET ROLE team;
CREATE SCHEMA billing;
CREATE TYPE level AS ENUM ('low', 'it''s high');
CREATE DOMAIN money_amount AS numeric(12, 2) CHECK (VALUE >= 0);
CREATE TYPE address AS (street text, zip text);
CREATE FUNCTION double(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2; -- ; not the end';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.touched := now(); -- COPY x FROM stdin;
  RETURN NEW;
END $body$;
CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email citext NOT NULL UNIQUE,
  "Full Name" varchar(60) DEFAULT 'nobody; -- here',
  home address,
  photo bytea,
  profile jsonb DEFAULT '{}',
  tags text[],
  level level DEFAULT 'low',
  manager bigint REFERENCES people DEFERRABLE INITIALLY DEFERRED,
  twice integer GENERATED ALWAYS AS (double(length("Full Name"))) STORED,
  touched timestamptz
);
COMMENT ON COLUMN people.email IS 'how we reach them; never shown';
CREATE TRIGGER touch BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION touch();
CREATE INDEX people_by_name ON people USING gin ("Full Name" gin_trgm_ops) WHERE level = 'low';
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON people USING (email = current_user::citext);
CREATE TABLE billing.invoices (id integer NOT NULL, day date NOT NULL, total money_amount, note text) PARTITION BY RANGE (day);
CREATE TABLE billing.invoices_2025 PARTITION OF billing.invoices FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE billing.invoices_rest PARTITION OF billing.invoices DEFAULT;
ALTER TABLE billing.invoices ADD PRIMARY KEY (id, day);
CREATE VIEW grown AS SELECT id, email FROM people WHERE twice > 2;
CREATE MATERIALIZED VIEW totals AS SELECT day, sum(total) AS total FROM billing.invoices GROUP BY day;
GRANT SELECT ON grown TO reporting;
CREATE SEQUENCE ticket START 100 INCREMENT 5;
SELECT nextval('ticket'), nextval('ticket');
INSERT INTO public.people (email, "Full Name", home, photo, profile, tags, manager)
  SELECT 'canary-mail-' || n || '@example.org', E'canary-name\t' || n || E'\n\\ tab', ROW('canary-street', '1' || n)::address,
    decode('ffd8' || lpad(to_hex(n), 4, '0'), 'hex'), '{"seen": "canary-json"}', ARRAY['canary-tag', NULL], nullif(n - 1, 0)
  FROM generate_series(1, 2000) AS n;
INSERT INTO billing.invoices SELECT n, date '2025-06-01' + n, n, 'canary-note' FROM generate_series(1, 400) AS n;
REFRESH MATERIALIZED VIEW totals;
RESET ROLE;
