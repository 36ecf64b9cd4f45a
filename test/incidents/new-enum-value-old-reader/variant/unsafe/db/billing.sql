CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE subscriptions (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers,
  cents bigint NOT NULL,
  state text NOT NULL DEFAULT 'trial',
  CONSTRAINT subscriptions_state_known CHECK (state IN ('trial', 'active', 'cancelled'))
);
INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 900) AS n;
INSERT INTO subscriptions SELECT n, n, 100 * (1 + n % 9), (ARRAY['trial', 'active', 'cancelled'])[1 + n % 3]
FROM generate_series(1, 900) AS n;

CREATE TABLE migrations (name text PRIMARY KEY, done_at timestamptz NOT NULL DEFAULT now());
INSERT INTO migrations (name) VALUES ('2024-10-subscriptions');
