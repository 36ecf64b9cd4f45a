CREATE TYPE parcel_status AS ENUM ('announced', 'collected', 'in_depot', 'delivered');
CREATE TABLE parcels (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  depot_id bigint NOT NULL,
  sender_country text NOT NULL,
  status parcel_status NOT NULL DEFAULT 'announced'
);
INSERT INTO parcels (depot_id, sender_country, status)
SELECT n % 40, CASE WHEN n % 3 = 0 THEN 'CH' ELSE 'DE' END, 'collected' FROM generate_series(1, 2000) AS n;
CREATE INDEX parcels_depot ON parcels (depot_id);

CREATE TABLE schema_migrations (version text PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('0071_parcels.sql');
