DO $$
BEGIN
  FOR attempt IN 1..50 LOOP
    BEGIN
      SET LOCAL lock_timeout = '150ms';
      LOCK TABLE visits IN ACCESS EXCLUSIVE MODE;
      DROP VIEW visits_by_region;
      ALTER TABLE visits DROP COLUMN subdivision;
      CREATE VIEW visits_by_region AS SELECT site, country, count(*) AS visits FROM visits GROUP BY site, country;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  RAISE EXCEPTION 'visits is busy, nothing was changed';
END
$$;
