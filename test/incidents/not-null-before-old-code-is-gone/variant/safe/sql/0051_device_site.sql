DO $$
BEGIN
  FOR attempt IN 1..50 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      ALTER TABLE devices ADD COLUMN site integer;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.15);
    END;
  END LOOP;
  RAISE EXCEPTION 'devices is busy, nothing was changed';
END
$$;
