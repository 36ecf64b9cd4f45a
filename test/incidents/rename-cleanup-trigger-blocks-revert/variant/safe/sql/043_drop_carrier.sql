SET LOCAL lock_timeout = '300ms';
DROP TRIGGER parcels_carrier_sync ON parcels;
DROP FUNCTION parcels_carrier();
ALTER TABLE parcels DROP COLUMN carrier;
CREATE VIEW carriers AS SELECT DISTINCT carrier_name FROM parcels;
