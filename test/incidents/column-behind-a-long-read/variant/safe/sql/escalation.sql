DO $$
BEGIN
  FOR attempt IN 1..50 LOOP
    BEGIN
      SET LOCAL lock_timeout = '150ms';
      ALTER TABLE desk.tickets ADD COLUMN escalated_at timestamptz;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  RAISE EXCEPTION 'desk.tickets is busy, nothing was changed';
END
$$;
