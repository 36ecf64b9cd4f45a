SET LOCAL lock_timeout = '300ms';
ALTER TABLE parcels ADD COLUMN delivered boolean NOT NULL DEFAULT false;
UPDATE parcels SET delivered = true WHERE state = 'delivered';
