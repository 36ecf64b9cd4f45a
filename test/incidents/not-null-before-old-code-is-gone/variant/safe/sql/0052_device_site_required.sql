-- All that write name the site by now: what is left are rows of the time before.
DO $$
BEGIN
  FOR attempt IN 1..50 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      UPDATE devices SET site = 1 WHERE site IS NULL;
      ALTER TABLE devices ALTER COLUMN site SET NOT NULL;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.15);
    END;
  END LOOP;
  RAISE EXCEPTION 'devices is busy, nothing was changed';
END
$$;
