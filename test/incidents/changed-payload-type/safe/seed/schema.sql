CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  eventtype text NOT NULL,
  payload text NOT NULL
);
-- The newer events read the same either way; those of an earlier version do not.
INSERT INTO events (eventtype, payload)
SELECT 'build_fail',
  CASE WHEN n % 3 = 0 THEN '{"project"=>"home:' || n || '", "package"=>"p"}'
       ELSE '{"project":"home:' || n || '","package":"p"}' END
FROM generate_series(1, 3000) AS n;

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20170301_events');
