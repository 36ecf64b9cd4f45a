import { expect, test } from 'vitest';
import type { TappedStatement } from '../../../shared/edge/ports/tap.ts';
import { p95, summarizeStatements } from '../../../workers/apps/summarize-statements.ts';

const tapped = (sql: string, durationMs: number, sqlstate?: string): TappedStatement => ({
  ...{ ordinal: 1, session: 1, backendPid: 1, sql, statusBefore: 'I', lockTimeoutMs: null, statementTimeoutMs: null },
  ...{
    sentAtMs: 0,
    finishedAtMs: durationMs,
    durationMs,
    transaction: null,
    statusAfter: 'I',
    commandTag: '',
    rows: 0,
  },
  ...{ traced: false, ...(sqlstate === undefined ? {} : { sqlstate }) },
});

test('statements of one shape are one, the slowest first, and no value is left in them', () => {
  const { statements, shapes } = summarizeStatements([
    tapped("SELECT * FROM alerts WHERE state = 'secret'", 4),
    tapped("SELECT * FROM alerts WHERE state = 'hidden'", 8.0004),
    tapped('UPDATE alerts SET seen = 17', 90),
  ]);
  expect(statements).toBe(3);
  expect(shapes).toEqual([
    { sql: 'UPDATE alerts SET seen = $1', count: 1, p95Ms: 90, maxMs: 90 },
    { sql: 'SELECT * FROM alerts WHERE state = $1', count: 2, p95Ms: 8, maxMs: 8 },
  ]);
});

test('refusals are counted by SQLSTATE and shape, with the longest that one had run', () => {
  const { sqlErrors } = summarizeStatements([
    tapped('UPDATE alerts SET seen = 17', 400, '55P03'),
    tapped('UPDATE alerts SET seen = 18', 410, '55P03'),
    tapped('UPDATE alerts SET seen = 19', 1),
    tapped('SELECT 1', 2, '42P01'),
  ]);
  expect(sqlErrors).toEqual([
    { sqlstate: '55P03', sql: 'UPDATE alerts SET seen = $1', count: 2, maxMs: 410 },
    { sqlstate: '42P01', sql: 'SELECT $1', count: 1, maxMs: 2 },
  ]);
});

test('the 95th percentile is a value that was seen; of nothing it is nothing', () => {
  expect(p95([])).toBe(0);
  expect(p95([7])).toBe(7);
  expect(p95(Array.from({ length: 100 }, (_, at) => at + 1))).toBe(95);
});
