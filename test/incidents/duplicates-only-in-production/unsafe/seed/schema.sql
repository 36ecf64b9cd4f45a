CREATE TABLE communities (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  public_url text NOT NULL,
  title text NOT NULL
);
-- Three of them arrived twice, from two servers at the same moment.
INSERT INTO communities (public_url, title)
SELECT 'https://example.org/c/' || n, 'community ' || n FROM generate_series(1, 1500) AS n;
INSERT INTO communities (public_url, title)
SELECT 'https://example.org/c/' || n, 'community ' || n FROM generate_series(500, 1500, 500) AS n;

CREATE TABLE subscriptions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  community_id bigint NOT NULL REFERENCES communities (id),
  person text NOT NULL
);
CREATE INDEX subscriptions_by_community ON subscriptions (community_id);
INSERT INTO subscriptions (community_id, person)
SELECT n % 1503 + 1, 'person ' || n FROM generate_series(1, 3000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20260101_communities.sql');
