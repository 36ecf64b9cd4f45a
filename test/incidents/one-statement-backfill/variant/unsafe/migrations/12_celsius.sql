SET LOCAL lock_timeout = '5s';
ALTER TABLE readings ADD COLUMN celsius double precision;
DO $$
BEGIN
  UPDATE readings SET celsius = raw / 10.0;
END
$$;
