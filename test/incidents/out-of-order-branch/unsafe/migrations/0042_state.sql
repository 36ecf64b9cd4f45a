ALTER TABLE parcels RENAME COLUMN status TO state;
