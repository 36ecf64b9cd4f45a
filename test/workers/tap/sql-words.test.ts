import { describe, expect, it } from 'vitest';
import { statementsOf } from '../../../workers/tap/sql-words.ts';
import { chains, isWrappable, statusAfterText } from '../../../workers/tap/transaction-words.ts';

const text = (sql: string) => statementsOf(sql).map((words) => words.map(({ value }) => value).join(' '));

describe('the words of a text', () => {
  it.each<[string, string[]]>([
    ['', []],
    [' ; ;; -- nothing\n /* at /* all */ */', []],
    ["SELECT 'a;b', E'c\\';d', \"e;F\", $$;$$, $x$;$$;$x$", ["select a;b , c';d , e;F , ; , ;$$;"]],
    ["SELECT 'it''s'; COMMIT", ["select it's", 'commit']],
    ['CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); BEGIN', [expect.stringContaining('2 )'), 'begin']],
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; COMMIT',
      [expect.stringMatching(/2 ; end$/), 'commit'],
    ],
    ["SELECT 'never closed; COMMIT", ['select never closed; COMMIT']],
    ['SELECT $1, a$b FROM größe', ['select $ 1 , a$b from größe']],
  ])('are split where psql splits them: %s', (sql, expected) => {
    expect(text(sql)).toEqual(expected);
  });

  it('are found in a megabyte of text without a deep stack', () => {
    expect(text(`INSERT INTO t VALUES ('${'x'.repeat(1 << 20)}'); COMMIT`)).toHaveLength(2);
  });

  it.each<['I' | 'T' | 'E', string, 'I' | 'T' | 'E']>([
    ['I', 'BEGIN', 'T'],
    ['I', 'start transaction isolation level serializable', 'T'],
    ['T', 'END', 'I'],
    ['T', 'ROLLBACK TO x', 'T'],
    ['E', 'ROLLBACK WORK TO SAVEPOINT x', 'T'],
    ['T', 'COMMIT WORK AND CHAIN', 'T'],
    ['T', 'COMMIT AND NO CHAIN', 'I'],
    ['T', "PREPARE TRANSACTION 'x'", 'I'],
    ['T', "SELECT 'COMMIT'", 'T'],
    ['I', "COMMIT PREPARED 'x'", 'I'],
    ['I', 'BEGIN; SELECT 1', 'T'],
  ])('lead from status %s with %s to %s', (before, sql, after) => {
    expect(statusAfterText(before, sql)).toBe(after);
  });

  it('tell a transaction that follows another from one that goes on', () => {
    expect(['COMMIT AND CHAIN', 'COMMIT; BEGIN', 'ROLLBACK TO a', 'UPDATE t SET a = 1'].map(chains)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['ALTER TABLE t ADD c int', true],
    ["SELECT 'BEGIN'; UPDATE t SET a = 1", true],
    ['ALTER TABLE t ADD c int; COMMIT', false],
    ['LOCK TABLE t', false],
    ['SAVEPOINT a', false],
    ['DECLARE c CURSOR FOR SELECT 1', false],
    ["SET LOCAL lock_timeout = '1s'", false],
    ["SET lock_timeout = '1s'", true],
  ])('say whether a transaction of ours changes nothing: %s', (sql, expected) => {
    expect(isWrappable(sql)).toBe(expected);
  });
});
