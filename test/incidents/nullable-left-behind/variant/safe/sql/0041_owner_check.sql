-- New rows are checked from here on, and old ones where they are updated: all of them have an owner by now.
DO $$
BEGIN
  FOR attempt IN 1..40 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      ALTER TABLE monitors ADD CONSTRAINT monitors_owner_present CHECK (owner_id IS NOT NULL) NOT VALID;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.15);
    END;
  END LOOP;
  RAISE EXCEPTION 'monitors is busy, the check was not added';
END
$$;
