CREATE TABLE parcels (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  state text NOT NULL
);
INSERT INTO parcels (state) SELECT CASE WHEN n % 3 = 0 THEN 'delivered' ELSE 'on its way' END
FROM generate_series(1, 3000) AS n;

CREATE TABLE rehearsal_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
INSERT INTO rehearsal_migrations (version) VALUES ('0040_parcels.sql'), ('0042_state.sql');
