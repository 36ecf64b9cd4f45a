import { describe, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { QueryShapes } from '../../../shared/domain/query-shape.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { keepableQueries, queryShapes } from '../../../shared/plan/query-shapes.ts';
import { cell, points } from '../../support/evidence-parts.ts';
import { at, attemptOf, controlOf, planOf, statementOf, stateOf } from '../../support/run-results.ts';

const of = (...texts: readonly string[]) =>
  queryShapes(
    texts.map((sql) => ({ sql, session: 1 })),
    [],
    new Map(),
  );

describe('the queries of production', () => {
  test.for([
    [
      'SELECT 1, 12345678901, 1.5, true, null, -7',
      'SELECT $1, $2, $3, $4, $5, $6',
      'integer bigint numeric boolean unknown integer',
    ],
    ['UPDATE a SET b = $1, c = 2', 'UPDATE a SET b = $1, c = $2', 'unknown integer'],
    ["SELECT now() - interval '3' day", 'SELECT now() - CAST($1 AS interval)', ''],
    ["SELECT timestamp with time zone '2026-01-01'", 'SELECT CAST($1 AS timestamp with time zone)', ''],
    ['SELECT extract(year FROM a), b + 1 FROM c', 'SELECT extract(epoch FROM a), b + $2 FROM c', 'text integer'],
    ["SELECT a /* of user 7 */ FROM b WHERE c = 'x'", 'SELECT a FROM b WHERE c = $1', ''],
    [
      "WITH x AS (SELECT 'a') SELECT * FROM x WHERE y > 3",
      'WITH x AS (SELECT $2) SELECT * FROM x WHERE y > $1',
      'integer',
    ],
  ] as const)('%s has no value and can still be inferred', ([sql, shape, types]) => {
    expect(of(sql).shapes).toEqual([{ sql: shape, types: types === '' ? [] : types.split(' '), from: 'previous' }]);
  });

  test('are each one, whatever they ask for', () => {
    const { shapes } = of(
      "SELECT a FROM b WHERE c = 'x'",
      "SELECT a\n FROM b WHERE c = 'y'",
      'BEGIN; SELECT a FROM b; END',
    );
    expect(shapes.map(({ sql }) => sql)).toEqual(['SELECT a FROM b WHERE c = $1', 'SELECT a FROM b']);
  });

  test('keep the types that a driver gave and the search path that a session set', () => {
    const sent = [
      { sql: 'SELECT $1, $2', session: 1, parameterTypes: [20, 99] },
      { sql: "SET search_path TO 'a b', public", session: 2 },
      { sql: 'SELECT 1', session: 2 },
      { sql: 'SET LOCAL search_path = DEFAULT', session: 3 },
      { sql: 'SELECT 2', session: 3 },
    ];
    expect(queryShapes(sent, [], new Map([[20, 'bigint']])).shapes).toEqual([
      { sql: 'SELECT $1, $2', types: ['bigint'], from: 'previous' },
      { sql: 'SELECT $1', types: ['integer'], searchPath: '"a b", public', from: 'previous' },
      { sql: 'SELECT $1', types: ['integer'], from: 'previous' },
    ]);
  });

  test('are those that only pg_stat_statements knows, too, behind those that previous sent', () => {
    const sent = [{ sql: "SELECT a FROM b WHERE c = 'x'", session: 1 }];
    const production = ['SELECT a FROM b WHERE c = $1', 'SELECT d FROM b LIMIT $1', 'CREATE ROLE x'];
    expect(queryShapes(sent, production, new Map()).shapes).toMatchObject([
      { from: 'previous' },
      { sql: 'SELECT d FROM b LIMIT $1', from: 'production' },
    ]);
  });

  test('that no server prepares are named, settings and transactions apart', () => {
    const { shapes, unpreparable } = of(
      "SET a = 'b'",
      'BEGIN',
      'COPY a FROM STDIN',
      'COPY a (b) TO STDOUT',
      '/* x */ call c(1)',
      'DECLARE c CURSOR FOR EXECUTE prepared',
    );
    expect(shapes).toEqual([]);
    expect(unpreparable).toEqual(['CALL', 'COPY', 'DECLARE']);
  });

  test.for([
    ["/* x */ declare c cursor for select a from b where c = 'x'", 'select a from b where c = $1'],
    ['DECLARE "for" NO SCROLL CURSOR WITH HOLD FOR SELECT a FROM b FOR UPDATE', 'SELECT a FROM b FOR UPDATE'],
    ["COPY (SELECT max(a), ')' FROM (SELECT 1) b) TO STDOUT", 'SELECT max(a), $1 FROM (SELECT $2) b'],
    ['copy (delete from b returning a) to stdout', 'delete from b returning a'],
  ] as const)('are within what reads them: %s', ([sql, shape]) => {
    expect(of(sql).shapes).toMatchObject([{ sql: shape, from: 'previous' }]);
    const known = queryShapes([{ sql, session: 1 }], [...keepableQueries([sql]), sql], new Map());
    expect(known).toMatchObject({ shapes: [{ sql: shape, from: 'previous' }], unpreparable: [] });
  });

  test('beyond the limits are counted', () => {
    const many = Array.from({ length: runLimits.queryShapes + 3 }, (_, index) => `SELECT column_${index} FROM a`);
    const long = `SELECT ${'a, '.repeat(runLimits.queryShapeChars)}a FROM b`;
    expect(of(...many, long)).toMatchObject({ beyondLimit: 3, overlong: 1, shapes: { length: runLimits.queryShapes } });
  });
});

describe('a run sheet', () => {
  const plan = planOf();
  const before = stateOf(['public.alerts']);
  const control = controlOf({
    attempts: [attemptOf('pre-deploy', [statementOf(1, { committed: 1 })])],
    before: observed(before),
    states: [at(points.after, stateOf(['public.alerts'], 'later'))],
  });
  const baselineWith = (shapes: QueryShapes): RunResult =>
    controlOf({
      spec: planRuns(plan, []).runs[1] as RunResult['spec'],
      cells: [cell('previous', 'fresh', points.before, { shapes: observed(shapes) })],
    });
  const baseline = parseRunId('compatibility-previous-fresh-before');
  const elsewhere = parseRunId('compatibility-previous-fresh-after-pre-deploy');
  const sheetOf = (...results: readonly RunResult[]) => planRuns(plan, results);

  test('asks previous elsewhere only once it is known what is to be prepared there', () => {
    expect(sheetOf(control).runs.map(({ id }) => id)).not.toContain(elsewhere);
    expect(sheetOf(control).complete).toBe(false);
    const seen = of('SELECT a FROM b');
    const { runs, notTested } = sheetOf(control, baselineWith(seen));
    expect(runs.find(({ id }) => id === elsewhere)).toMatchObject({ shapesToldBy: baseline });
    expect(notTested.filter(({ what }) => what.includes('production'))).toEqual([]);
  });

  test('names what no probe leads to, and what is left out', () => {
    const production = ['a', 'b', 'c', 'd'].map((name) => `SELECT ${name} FROM alerts`);
    const seen = queryShapes([{ sql: 'LOCK TABLE a', session: 1 }], production, new Map());
    const { notTested } = sheetOf(control, baselineWith({ ...seen, beyondLimit: 7, overlong: 1 }));
    expect(notTested.filter(({ what }) => what.includes('production'))).toEqual([
      { what: '7 queries of production on each state', because: expect.stringContaining('more than 5000') },
      { what: '1 query of production on each state', because: expect.stringContaining('longer than') },
      { what: 'LOCK of production on each state', because: expect.stringContaining('no server prepares') },
      {
        what: 'what 4 queries of production would answer',
        because:
          'no probe leads to them, so they were only prepared: “SELECT a FROM alerts”, “SELECT b FROM alerts”, “SELECT c FROM alerts” …',
      },
    ]);
  });

  test.for([
    [{ hidden: 7, evictions: 0 }, ['up to 7 queries of production on each state'], 'GRANT pg_read_all_stats to it'],
    [{ hidden: 'all', evictions: 0 }, ['the queries of production on each state'], 'GRANT SELECT ON pg_stat_stat'],
    [{ hidden: 0, evictions: 1 }, ['rare queries of production on each state'], 'go once since its reset'],
    [
      { hidden: 1, evictions: 12 },
      ['up to 1 query of production on each state', 'rare queries of production on each state'],
      'go 12 times since its reset; raise pg_stat_statements.max',
    ],
    [{ hidden: 0, evictions: 0 }, [], ''],
    [undefined, [], ''],
  ] as const)('names what pg_stat_statements did not show: %j', ([unread, whats, because]) => {
    const { notTested } = sheetOf(control, baselineWith({ ...of('SELECT a FROM b'), ...(unread && { unread }) }));
    const named = notTested.filter(({ what }) => what.includes('production'));
    expect(named.map(({ what }) => what)).toEqual(whats);
    expect(named.map((one) => one.because).join()).toContain(because);
  });

  test('names what the server refuses on the untouched clone already', () => {
    const refused = { sql: 'SELECT b FROM hidden', sqlstate: '42P01', message: '', from: 'previous' as const };
    const prepared = observed({ tried: 1, failedBefore: [refused], broken: [], dearer: [] });
    const after = {
      ...baselineWith(of('SELECT b FROM hidden')),
      cells: [cell('previous', 'fresh', points.after, { prepared })],
    };
    const { notTested } = sheetOf(control, baselineWith(of('SELECT b FROM hidden')), after);
    expect(notTested.filter(({ what }) => what.includes('production'))).toEqual([
      {
        what: '1 query of production on each state',
        because: 'the server refuses to prepare them on the untouched clone already: “SELECT b FROM hidden” (42P01)',
      },
    ]);
  });
});
