CREATE TABLE accounts (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO accounts SELECT n, 'account ' || n FROM generate_series(1, 400) AS n;
CREATE TABLE credits (
  id bigserial PRIMARY KEY,
  account_id int NOT NULL REFERENCES accounts (id),
  amount int NOT NULL,
  reason text NOT NULL
);
INSERT INTO credits (account_id, amount, reason) SELECT id, 20, 'bought' FROM accounts;
CREATE TABLE schema_versions (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
INSERT INTO schema_versions VALUES ('011_credits');
