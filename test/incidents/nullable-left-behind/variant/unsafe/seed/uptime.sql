ALTER DATABASE app SET lock_timeout = '800ms';

CREATE TABLE monitors (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url text NOT NULL,
  owner_id integer,
  paused boolean NOT NULL DEFAULT false,
  checked_at timestamptz
);
INSERT INTO monitors (url, owner_id)
SELECT 'https://example.org/' || n, CASE WHEN n % 2 = 0 THEN n % 7 + 1 END FROM generate_series(1, 2500) AS n;
