import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportAttempt, ReportStatement } from '../../shared/domain/report.ts';
import { libraryBundle, seed } from '../support/contract-bundles.ts';
import { type Rehearsed, rehearsed, summaryOf } from '../support/rehearsed.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';

/** CONTRACT 1.5, seen through the statements of the report. */
describe('the built-in runner', () => {
  let bundle: Directory;
  let rehearsal: Rehearsed;

  beforeAll(async () => {
    bundle = await writtenBundle(
      libraryBundle(
        {
          migrate: [
            { name: 'order', sql: ['sql/b-*.sql', 'sql/a-*.sql', 'sql/deep/**/*.sql'] },
            { name: 'modes', sql: ['modes/*.sql'] },
            { name: 'no-transaction', sql: ['plain/*.sql'], transaction: 'none', ledger: 'none' },
            { name: 'integer-ledger', sql: ['numbered/*.sql'], ledger: 'schema_version' },
            { name: 'failing', sql: ['failing/*.sql'] },
          ],
          invariants: [
            invariant(
              'files are recorded by their names',
              "SELECT string_agg(version, ' ' ORDER BY version) FROM rehearsal_migrations WHERE version LIKE '%-%'",
              'a-0-done.sql a-1.sql b-1.sql b-2.sql c-1.sql c-2.sql',
              'order',
            ),
            invariant(
              'an integer ledger gets leading digits',
              'SELECT max(version) FROM schema_version',
              '7',
              'integer-ledger',
            ),
            invariant(
              'a dirty column is set false',
              'SELECT bool_or(dirty) FROM schema_version',
              'false',
              'integer-ledger',
            ),
            invariant(
              'none writes no row',
              "SELECT count(*) FROM rehearsal_migrations WHERE version = 'p-1.sql'",
              '0',
              'no-transaction',
            ),
          ],
        },
        {
          'seed.sql': `${seed}
CREATE TABLE rehearsal_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
INSERT INTO rehearsal_migrations VALUES ('a-0-done.sql');
CREATE TABLE schema_version (version bigint PRIMARY KEY, dirty boolean NOT NULL);
INSERT INTO schema_version VALUES (6, false);
`,
          'sql/b-2.sql': 'CREATE TABLE b2 (id integer);\nCREATE TABLE b22 (id integer);\n',
          'sql/b-1.sql': '-- a comment; with a semicolon\nCREATE TABLE b1 (id integer);\n',
          'sql/a-0-done.sql': 'SELECT 1 / 0;\n',
          'sql/a-1.sql': 'CREATE TABLE a1 (id integer);\n',
          'sql/deep/c-1.sql': 'CREATE TABLE c1 (id integer);\n',
          'sql/deep/er/c-2.sql': 'CREATE TABLE c2 (id integer);\n',
          'modes/1-index.sql': 'CREATE INDEX CONCURRENTLY books_by_title ON books (title);\n',
          'modes/2-own.sql': 'BEGIN;\nCREATE TABLE own1 (id integer);\nCOMMIT;\nCREATE TABLE own2 (id integer);\n',
          'plain/p-1.sql': 'CREATE TABLE p1 (id integer);\nCREATE TABLE p2 (id integer);\n',
          'numbered/0007_shelf.up.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n',
          'failing/1.sql': 'CREATE TABLE kept (id integer);\n',
          'failing/2.sql': `CREATE TABLE lost (id integer);

INSERT INTO books VALUES (1, 'secret title');
CREATE TABLE never (id integer);
`,
          'failing/3.sql': 'CREATE TABLE untouched (id integer);\n',
        },
      ),
    );
    rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control']);
  });

  afterAll(async () => {
    await rehearsal?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  const sqlOf = (phase: string) => statementsOf(rehearsal, phase).map(({ sql }) => sql);

  test('"Patterns in list order, matches of one pattern in byte order; * ? [] **"', () => {
    expect(tablesIn(sqlOf('order'))).toEqual(['b1', 'b2', 'b22', 'a1', 'c1', 'c2']);
  });

  test('"runs as BEGIN, statements, ledger row, COMMIT", each statement a message', () => {
    const statements = statementsOf(rehearsal, 'order');
    const second = statements.filter(({ transaction }) => transaction === transactionOf(statements, 'b2'));
    expect(second.map(({ sql }) => sql.split(' ')[0]?.toUpperCase())).toEqual([
      'BEGIN',
      'CREATE',
      'CREATE',
      'INSERT',
      'COMMIT',
    ]);
    expect(
      new Set(statements.filter((one) => /CREATE TABLE [abc]/i.test(one.sql)).map((one) => one.transaction)).size,
    ).toBe(5);
  });

  test('"recorded files are skipped"', () => {
    expect(sqlOf('order').some((sql) => sql.includes('/'))).toBe(false);
  });

  test('a file with "a statement that refuses a transaction block … runs in autocommit"', () => {
    const index = statementsOf(rehearsal, 'modes').find(({ sql }) => /CONCURRENTLY/i.test(sql));
    expect(index).toMatchObject({ transaction: null, file: 'modes/1-index.sql', line: 1 });
    expect(index?.sqlstate).toBeUndefined();
  });

  test('a file "with its own transaction control" keeps it', () => {
    const statements = statementsOf(rehearsal, 'modes');
    expect(transactionOf(statements, 'own1')).not.toBeNull();
    expect(transactionOf(statements, 'own2')).toBeNull();
  });

  test('"every file under transaction: none, runs in autocommit"', () => {
    const statements = statementsOf(rehearsal, 'no-transaction');
    expect([transactionOf(statements, 'p1'), transactionOf(statements, 'p2')]).toEqual([null, null]);
    expect(statements.every(({ sql }) => !/^INSERT/i.test(sql))).toBe(true);
  });

  test('ledgers: names, leading digits, dirty false, none', () => {
    const violated = rehearsal.report.findings.filter(({ check }) => check === 'violated-invariant');
    expect(violated, summaryOf(rehearsal.report)).toEqual([]);
    expect(rehearsal.report.checks.find(({ id }) => id === 'violated-invariant')?.outcome).toBe('clear');
  });

  test('"First error: ROLLBACK where one is open, SQLSTATE … exit 1, later files untouched"', () => {
    expect(attemptOf(rehearsal, 'failing')?.exitCode).toBe(1);
    const statements = statementsOf(rehearsal, 'failing');
    const failed = statements.find(({ sqlstate }) => sqlstate !== undefined);
    expect(failed).toMatchObject({ sqlstate: '23505', file: 'failing/2.sql', line: 3 });
    expect(
      statements.slice(statements.indexOf(failed as ReportStatement) + 1).map(({ sql }) => sql.toUpperCase()),
    ).toEqual(['ROLLBACK']);
    expect(tablesIn(statements.map(({ sql }) => sql))).toEqual(['kept', 'lost']);
  });

  test('section 4: quoted parts of messages that are no identifiers, DETAIL and CONTEXT are never stored', () => {
    const failed = statementsOf(rehearsal, 'failing').find(({ sqlstate }) => sqlstate !== undefined);
    expect(failed?.message).toContain('books_pkey');
    expect(JSON.stringify(rehearsal.report)).not.toContain('secret title');
    expect(JSON.stringify(rehearsal.report)).not.toContain('(id)=(1)');
  });

  test('what fails with nobody else in the room is a failed-migration, at its file and line', () => {
    const finding = rehearsal.report.findings.find(({ check }) => check === 'failed-migration');
    expect(finding).toMatchObject({
      severity: 'blocks',
      phase: 'failing',
      file: 'failing/2.sql',
      line: 3,
      scenario: 'control',
    });
    expect(rehearsal.finished.code).toBe(1);
  });

  test('locks of a statement are in the report, with their mode', () => {
    const shelf = statementsOf(rehearsal, 'integer-ledger').find(({ sql }) => /ADD COLUMN/i.test(sql));
    expect(shelf?.locks).toEqual(
      expect.arrayContaining([expect.objectContaining({ relation: 'public.books', mode: 'AccessExclusiveLock' })]),
    );
  });
});

const invariant = (name: string, sql: string, is: string, after: string) => ({ name, sql, is, after });

const attemptOf = ({ report }: Rehearsed, phase: string): ReportAttempt | undefined =>
  report.runs.flatMap((run) => run.migration).find((attempt) => attempt.phase === phase);

const statementsOf = (rehearsal: Rehearsed, phase: string): readonly ReportStatement[] =>
  attemptOf(rehearsal, phase)?.statements ?? [];

const transactionOf = (statements: readonly ReportStatement[], table: string) =>
  statements.find(({ sql }) => sql.includes(`TABLE ${table} `))?.transaction;

const tablesIn = (sql: readonly string[]) => sql.flatMap((text) => /CREATE TABLE (\w+) \(id/.exec(text)?.[1] ?? []);
