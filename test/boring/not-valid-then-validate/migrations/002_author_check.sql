-- Waits for nobody for longer than 200 ms, and lets everybody pass before it tries again.
DO $$
BEGIN
  FOR attempt IN 1..40 LOOP
    BEGIN
      SET LOCAL lock_timeout = '200ms';
      ALTER TABLE notes ADD CONSTRAINT notes_author_present CHECK (author <> '') NOT VALID;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  RAISE EXCEPTION 'notes is busy, the check was not added';
END
$$;
