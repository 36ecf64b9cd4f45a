CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  given_name text NOT NULL,
  family_name text NOT NULL,
  notes text NOT NULL DEFAULT '',
  seen_at timestamptz
);
CREATE INDEX customers_by_family_name ON customers (family_name);
CREATE INDEX customers_by_given_name ON customers (given_name);
INSERT INTO customers (given_name, family_name, notes)
SELECT 'given ' || n, 'family ' || n % 5000, repeat('note ', 30) FROM generate_series(1, 8000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0057_notes');
