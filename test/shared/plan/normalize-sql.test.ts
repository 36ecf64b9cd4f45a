import { describe, expect, test } from 'vitest';
import { identifiersOf, normalizeSql, redactMessage } from '../../../shared/plan/normalize-sql.ts';

describe('normalizeSql', () => {
  test.each([
    ["SELECT 'a', 1 FROM t WHERE b IN (2, 3) LIMIT 4", 'SELECT $1, $2 FROM t WHERE b IN ($3, $4) LIMIT $5'],
    ["INSERT INTO t VALUES (1, E'it\\'s')", 'INSERT INTO t VALUES ($1, $2)'],
    ["SET lock_timeout = '3s'", 'SET lock_timeout = $1'],
    ["ALTER TABLE t ADD c varchar(20) DEFAULT 'secret'", "ALTER TABLE t ADD c varchar(20) DEFAULT '…'"],
    ["COMMENT ON TABLE t IS 'secret'", "COMMENT ON TABLE t IS '…'"],
    [
      "DO $$ BEGIN UPDATE t SET a = 'secret' WHERE id = 7; END $$",
      "DO $$ BEGIN UPDATE t SET a = '…' WHERE id = …; END $$",
    ],
    ["DO $a$ BEGIN EXECUTE $b$ SELECT 'secret' $b$; END $a$", "DO $a$ BEGIN EXECUTE $b$ SELECT '…' $b$; END $a$"],
    ["SELEC 'secret', 42 -- secret\n FROM t1", "SELEC '…', … FROM t1"],
    ["SELECT 'secret", "SELECT '…'"],
    [' SELECT 1 /* secret', ' SELECT … '],
    ['SELECT $$secret', "SELECT '…'"],
    ['COMMENT ON TABLE t IS $$secret$$', "COMMENT ON TABLE t IS '…'"],
    ["SELECT 'it''s', 1; SELEC", "SELECT '…', …; SELEC"],
  ])('makes of %j %j', (sql, expected) => {
    expect(normalizeSql(sql)).toBe(expected);
  });

  test('makes one shape of statements that differ in constants alone', () => {
    expect(normalizeSql("UPDATE t SET a = 'x' WHERE id = 1")).toBe(normalizeSql("UPDATE t SET a = 'yy' WHERE id = 22"));
  });

  test('reads a statement that is too long for the parser', () => {
    const normalized = normalizeSql(`INSERT INTO t VALUES ${"('secret', 1),".repeat(100_000)}('secret', 1)`);
    expect(normalized).toMatch(/^INSERT INTO t VALUES \('…', …\),/);
    expect(normalized).not.toContain('secret');
  });
});

describe('identifiersOf', () => {
  test('finds names as the server writes them, inside of bodies too', () => {
    const sql = `ALTER TABLE "Über ""x""" ADD Column_A int; DO $$ BEGIN DROP TABLE hidden; PERFORM 'value'; END $$`;
    const found = identifiersOf(sql);
    expect(found).toEqual(expect.arrayContaining(['Über "x"', 'column_a', 'hidden']));
    expect(found).not.toContain('value');
  });
});

describe('redactMessage', () => {
  const known = new Set(['alerts', 'public', 'id', 'note', 'alerts_pkey', 'status']);
  test.each([
    ['relation "alerts" does not exist', 'relation "alerts" does not exist'],
    ['relation "public.alerts" does not exist', 'relation "public.alerts" does not exist'],
    ['column "id" of relation "alerts"', 'column "id" of relation "alerts"'],
    ['invalid input syntax for type integer: "secret"', 'invalid input syntax for type integer: "…"'],
    ['invalid input value for enum status: "se"c"ret"', 'invalid input value for enum status: "…"'],
    ['invalid input syntax for type json: "{"a": "secret"}"', 'invalid input syntax for type json: "…"'],
    ["value 'secret' in column «note»", "value '…' in column «note»"],
    ['value «secret» und „geheim“ und `x`', 'value «…» und „…“ und `…`'],
    ['Key (id)=(5) already exists.', 'Key (id)=(…) already exists.'],
    ['Key (lower(note), id)=(secret, 5) already exists.', 'Key (lower(note), id)=(…) already exists.'],
    ['Failing row contains (5, secret, (1)).', 'Failing row contains (…).'],
    ['reached maximum value of sequence "status" (2147483647)', 'reached maximum value of sequence "status" (…)'],
    ['value too long for type character varying(10)', 'value too long for type character varying(10)'],
    ["can't drop alerts: it's in use", "can't drop alerts: it's in use"],
    ['unterminated quoted string at or near "secret', 'unterminated quoted string at or near "…"'],
  ])('makes of %j %j', (message, expected) => {
    expect(redactMessage(message, known)).toBe(expected);
  });
});

describe('comments', () => {
  test('are no part of a normalized statement: libraries write values into them', () => {
    for (const sql of [
      "UPDATE a SET b = 'x' /* user=ada */ WHERE c = 1",
      'SELECT 1 -- for ada',
      'ALTER TABLE a /* ada */ ADD b int',
    ])
      expect(normalizeSql(sql)).not.toContain('ada');
  });
});
