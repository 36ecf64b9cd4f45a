import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { splitSql } from '../../../shared/plan/split-sql.ts';
import { splitFile } from '../../../workers/sql-runner/split-file.ts';

const scripts: readonly (readonly [string, string])[] = [
  ['two statements', 'SELECT 1;\nSELECT 2;'],
  ['a last statement without a terminator', 'SELECT 1;\nSELECT 2'],
  ['nothing', ''],
  ['comments only', '-- nothing; here\n/* and; here */\n'],
  ['empty statements', ';;SELECT 1;;;'],
  ['quotes with terminators', `SELECT 'a;b', "c;d", 'it''s;';SELECT 2;`],
  ['escape strings', `SELECT E'a\\';b';SELECT e'\\\\';SELECT 3`],
  ['an escape string that goes on in the next line', `SELECT E'a'\n  'b\\';c';SELECT 2;`],
  ['a plain string that ends in a backslash', `SELECT 'a\\';SELECT 2;`],
  ['dollar quotes', 'DO $$ BEGIN PERFORM 1; END $$;DO $a$ SELECT $b$;$b$; $$ $a$;SELECT $1;'],
  ['dollars inside of names', 'SELECT a$b$c FROM t;SELECT 2 AS b$c;'],
  ['nested comments', 'SELECT 1 /* a /* b; */ c; */;SELECT 2;'],
  ['comments inside of statements', 'SELECT 1 -- one;\n, 2;SELECT 3;'],
  ['a rule with several actions', 'CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);SELECT 1;'],
  [
    'a routine in SQL-standard style',
    'CREATE OR REPLACE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC\n' +
      '  SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END;\n  SELECT 2;\nEND;\nSELECT 1;',
  ],
  ['a transaction block', 'BEGIN;\nUPDATE t SET a = CASE b WHEN 1 THEN 2 END;\nEND;\nSELECT 1;'],
  ['letters of more than one byte', "INSERT INTO t VALUES ('ä€🙂');\nSELECT 'ß';\n\n  SELECT 'é' AS \"ü;\";"],
  ['bit and Unicode strings', `SELECT B'101', X'1F', U&'\\0041;', N'n;';SELECT 2;`],
  ['operators of slashes and minuses', 'SELECT 4/2, 3 - -1;SELECT 2;'],
  ['Windows line ends', 'SELECT 1;\r\n-- x\r\nSELECT 2;\r\n'],
];

describe('splitSql', () => {
  beforeAll(loadModule);

  test.each(scripts)('splits %s as the grammar does', (_, text) => {
    const found = splitSql('f.sql', text);
    expect(found.map(({ line, sql }) => ({ line, sql }))).toEqual(byGrammar(text));
  });

  test.each(scripts)('gives the runner the same statements of %s', (_, text) => {
    const ofRunner = splitFile(text).map(({ line, sql }) => ({ line, sql }));
    expect(ofRunner).toEqual(splitSql('f.sql', text).map(({ line, sql }) => ({ line, sql })));
  });

  test('splits text that the grammar refuses, so that the refusal has a line', () => {
    expect(splitSql('f.sql', 'SELECT 1;\nSELEC 2;\n\nSELECT (3;')).toEqual([
      { file: 'f.sql', line: 1, sql: 'SELECT 1' },
      { file: 'f.sql', line: 2, sql: 'SELEC 2' },
      { file: 'f.sql', line: 4, sql: 'SELECT (3;' },
    ]);
  });

  test('takes a quote that never ends to the end of the file', () => {
    expect(splitSql('f.sql', "SELECT 1;\nSELECT 'a; b;\n")).toHaveLength(2);
  });

  test('leaves a byte order mark out', () => {
    expect(splitSql('f.sql', '\uFEFFSELECT 1;')).toEqual([{ file: 'f.sql', line: 1, sql: 'SELECT 1' }]);
  });

  test('reads a hundred thousand statements of one line in linear time', () => {
    const few = elapsedMs(() => splitSql('f.sql', 'INSERT INTO t VALUES (1);'.repeat(10_000)));
    const many = elapsedMs(() => splitSql('f.sql', 'INSERT INTO t VALUES (1);'.repeat(100_000)));
    // Ten times the text; a quadratic reader would take a hundred times as long.
    expect(many).toBeLessThan(Math.max(few, 5) * 40);
  });
});

/** PostgreSQL's own parser as the oracle; it counts bytes and leaves comments before a statement to it. */
function byGrammar(text: string): { line: number; sql: string }[] {
  if (text === '') return [];
  const bytes = Buffer.from(text);
  return (parseSync(text).stmts ?? []).map(({ stmt_location: location = 0, stmt_len: length }) => {
    const raw = bytes.subarray(location, length === undefined ? undefined : location + length).toString();
    const lead = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(raw)?.[0] ?? '';
    const before = bytes.subarray(0, location).toString() + lead;
    return { line: before.split('\n').length, sql: raw.slice(lead.length).trim() };
  });
}

function elapsedMs(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
