CREATE TABLE accounts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  balance bigint NOT NULL DEFAULT 0
);
INSERT INTO accounts (name) SELECT 'merchant ' || n FROM generate_series(1, 400) AS n;

CREATE TABLE payments (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL,
  cents integer NOT NULL,
  status text NOT NULL DEFAULT 'pending'
);
INSERT INTO payments (account_id, cents) SELECT n % 400 + 1, n FROM generate_series(1, 3000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0030_payments.sql');
