import { describe, expect, test } from 'vitest';
import { needAutocommit } from '../../../workers/sql-runner/autocommit.ts';

const alone = [
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'END',
  'ROLLBACK',
  "PREPARE TRANSACTION 'x'",
  'create /* hidden */ index\n concurrently i on t (a)',
  'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)',
  'DROP INDEX CONCURRENTLY i',
  'REINDEX INDEX CONCURRENTLY i',
  'REINDEX (VERBOSE, CONCURRENTLY) TABLE t',
  'REINDEX DATABASE app',
  'REINDEX SYSTEM app',
  'REINDEX SCHEMA public',
  'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
  'VACUUM',
  'VACUUM (ANALYZE) t',
  "ALTER SYSTEM SET work_mem = '1MB'",
  'CREATE DATABASE a',
  'DROP DATABASE a',
  "CREATE TABLESPACE a LOCATION '/a'",
  'DROP TABLESPACE a',
  'ALTER DATABASE a SET TABLESPACE b',
  'CALL f()',
  'CLUSTER',
  'DISCARD ALL',
  'ABORT',
  "COMMIT PREPARED 'x'",
  "CREATE SUBSCRIPTION s CONNECTION 'host=a' PUBLICATION p",
  'DROP SUBSCRIPTION s',
  'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
  'ALTER SUBSCRIPTION s ADD PUBLICATION p',
  'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = true)',
];

const inBlock = [
  'CREATE INDEX i ON t (a)',
  'CREATE INDEX "concurrently" ON t (a)',
  "SELECT 'CREATE INDEX CONCURRENTLY i ON t (a); COMMIT'",
  'DO $$ BEGIN PERFORM 1; END $$',
  'ANALYZE t',
  'REINDEX TABLE t',
  'CLUSTER t USING i',
  'DISCARD PLANS',
  'SAVEPOINT a',
  'ROLLBACK TO SAVEPOINT a',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
  'ALTER DATABASE a SET work_mem = 1',
  'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END',
  'ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)',
  'ALTER SUBSCRIPTION s DROP PUBLICATION p WITH (copy_data, refresh = 0)',
  'ALTER SUBSCRIPTION s DISABLE',
  'SELEC 1',
  '',
];

describe('the runner', () => {
  test.each(alone)('sends a file with `%s` in autocommit', async (sql) => {
    expect(await needAutocommit(['SELECT 1', sql])).toBe(true);
  });

  test.each(inBlock)('keeps a file with `%s` in one transaction', async (sql) => {
    expect(await needAutocommit(['SELECT 1', sql])).toBe(false);
  });
});
