SET LOCAL lock_timeout = '300ms';
DROP TRIGGER IF EXISTS parcels_carrier_sync ON parcels;
DROP FUNCTION IF EXISTS parcels_carrier();
DROP VIEW IF EXISTS carriers;
ALTER TABLE parcels ADD COLUMN IF NOT EXISTS carrier varchar(20);
UPDATE parcels SET carrier = carrier_name;
ALTER TABLE parcels DROP COLUMN carrier_name;
