ALTER TABLE saved_filters ALTER COLUMN terms TYPE int4range USING terms::int4range;
