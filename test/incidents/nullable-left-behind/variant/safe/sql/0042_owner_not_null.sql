DO $$
BEGIN
  FOR attempt IN 1..40 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      ALTER TABLE monitors ALTER COLUMN owner_id SET NOT NULL;
      ALTER TABLE monitors DROP CONSTRAINT monitors_owner_present;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.15);
    END;
  END LOOP;
  RAISE EXCEPTION 'monitors is busy, owner_id is still nullable';
END
$$;
