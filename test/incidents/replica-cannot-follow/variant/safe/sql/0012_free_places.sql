DO $$
BEGIN
  PERFORM set_config('lock_timeout', '150ms', true);
  FOR attempt IN 1..40 LOOP
    BEGIN
      ALTER TABLE guide.tours ADD COLUMN free int;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  RAISE EXCEPTION 'guide.tours was in use for too long; run this again later';
END $$;
