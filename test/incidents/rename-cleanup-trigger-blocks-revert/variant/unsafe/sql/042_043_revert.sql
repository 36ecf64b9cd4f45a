SET LOCAL lock_timeout = '300ms';
ALTER TABLE parcels ADD COLUMN IF NOT EXISTS carrier varchar(20);
UPDATE parcels SET carrier = carrier_name;
ALTER TABLE parcels DROP COLUMN carrier_name;
