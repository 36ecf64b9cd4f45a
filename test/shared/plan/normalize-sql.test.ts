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
    ['COMMENT ON TABLE t IS $$secret$$', "COMMENT ON TABLE t IS '…'"],
    ["SELECT 'it''s', 1; SELEC", 'SELECT $1, $2; SELEC'],
    ['SELECT a::varchar(20), 1 FROM t GROUP BY 1 ORDER BY 2', 'SELECT a::varchar(20), $1 FROM t GROUP BY 1 ORDER BY 2'],
    ['CREATE TABLE n AS SELECT a, 5 FROM t WHERE id = 4711', 'CREATE TABLE n AS SELECT a, … FROM t WHERE id = …'],
    [
      'CREATE INDEX CONCURRENTLY i ON t (a) WHERE tenant = 4711',
      'CREATE INDEX CONCURRENTLY i ON t (a) WHERE tenant = …',
    ],
    ['CREATE VIEW v AS SELECT -1.5e3 AS a LIMIT 4711', 'CREATE VIEW v AS SELECT -… AS a LIMIT …'],
    [
      'CREATE MATERIALIZED VIEW v WITH (fillfactor = 70) AS SELECT a FROM t WHERE id IN (4711, 0x1267)',
      'CREATE MATERIALIZED VIEW v WITH (fillfactor = 70) AS SELECT a FROM t WHERE id IN (…, …)',
    ],
    [
      'ALTER TABLE t ADD c numeric(10, 2) DEFAULT 4711, ADD CHECK (x > 4711)',
      'ALTER TABLE t ADD c numeric(10, 2) DEFAULT …, ADD CHECK (x > …)',
    ],
    [
      'CREATE TABLE t (a char(8), b bit varying (3), c timestamp(3) with time zone, d double precision DEFAULT .5)',
      'CREATE TABLE t (a char(8), b bit varying (3), c timestamp(3) with time zone, d double precision DEFAULT …)',
    ],
    [
      "ALTER TABLE t ALTER a TYPE varchar(64) USING lpad(a, 64, 'x'), ALTER b SET DEFAULT round(4711)",
      "ALTER TABLE t ALTER a TYPE varchar(64) USING lpad(a, …, '…'), ALTER b SET DEFAULT round(…)",
    ],
    [
      'ALTER TABLE t ALTER a TYPE interval second(3), ALTER b TYPE geometry(Point, 4326), ALTER c TYPE vector(1536)[3]',
      'ALTER TABLE t ALTER a TYPE interval second(3), ALTER b TYPE geometry(Point, 4326), ALTER c TYPE vector(1536)[…]',
    ],
    ['ALTER TABLE t SET (fillfactor=70, n_distinct = -1)', 'ALTER TABLE t SET (fillfactor=70, n_distinct = -1)'],
    [
      'CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 1)',
      'CREATE TABLE p PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 1)',
    ],
    [
      'CREATE TABLE p PARTITION OF t FOR VALUES FROM (1, 2) TO (4711, 3)',
      'CREATE TABLE p PARTITION OF t FOR VALUES FROM (…, …) TO (…, …)',
    ],
    ['ALTER SEQUENCE s RESTART WITH 4711', 'ALTER SEQUENCE s RESTART WITH …'],
    ['CREATE POLICY p ON t USING (a = ARRAY[4711])', 'CREATE POLICY p ON t USING (a = ARRAY[…])'],
    [
      'CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a WHERE b = 4711)',
      'CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a WHERE b = …)',
    ],
    ['PREPARE p AS SELECT 4711', 'PREPARE p AS SELECT …'],
    ['SELECT 1 GROUP BY 1; CREATE TABLE n AS SELECT 4711', 'SELECT $1 GROUP BY 1; CREATE TABLE n AS SELECT …'],
    [
      'SELECT 1 ORDER BY 1; CREATE SEQUENCE s START 4711; SELECT 7',
      'SELECT $1 ORDER BY 1; CREATE SEQUENCE s START …; SELECT $2',
    ],
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 4711; SELECT 12; END',
      'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT …; SELECT …; END',
    ],
    [
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 'x', 4711; END $$; COMMENT ON TABLE t IS $$x$$",
      "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $1; COMMENT ON TABLE t IS '…'",
    ],
    ['ALTER TABLE t ADD c numeric(10,2) DEFALT 4711', 'ALTER TABLE t ADD c numeric(10,2) DEFALT …'],
  ])('makes of %j %j, and leaves that as it is', (sql, expected) => {
    expect(normalizeSql(sql)).toBe(expected);
    expect(normalizeSql(expected)).toBe(expected);
  });

  test.each([
    ["SELECT 'secret", "SELECT '…'"],
    [' SELECT 1 /* secret', ' SELECT … '],
    ['SELECT $$secret', "SELECT '…'"],
  ])('makes of %j, which does not end, %j', (sql, expected) => {
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
    ['alerts\0 \ud83d', 'alerts\ufffd \ufffd'],
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
