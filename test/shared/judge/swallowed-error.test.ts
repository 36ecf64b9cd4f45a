import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  alterAlerts,
  attempt,
  contentionId,
  type EvidenceChanges,
  evidence,
  firstFile,
  secondFile,
  statement,
} from '../../support/evidence.ts';

const found = (changes: EvidenceChanges) =>
  judge(evidence(changes)).findings.map(({ check, severity }) => `${severity} ${check}`);
const inControl = (...statements: readonly StatementObservation[]): EvidenceChanges => ({
  runs: {
    control: (run) => ({ ...run, attempts: [attempt({ statements: [...firstFile, ...secondFile, ...statements] })] }),
  },
});
const refused = (sqlstate: string, message = '', more: Partial<StatementObservation> = {}) =>
  statement(10, 'SELECT dirty FROM notes', { sqlstate, message, ...more });

describe('swallowed-error', () => {
  test('takes 25P02 for a consequence and not for an error of its own', () =>
    expect(found(inControl(refused('25P02')))).toEqual([]));
  test.each(['42P07', '42710', '42701'])('only warns of %s: it was there already', (sqlstate) =>
    expect(found(inControl(refused(sqlstate)))).toEqual(['warns swallowed-error']),
  );
  test('only warns where a tool asked with a SELECT for what it then created', () =>
    expect(found(inControl(refused('42P01', 'relation "notes" does not exist')))).toEqual(['warns swallowed-error']));
  test('only warns where the quiet run does not end with it either', () =>
    expect(found(inControl(refused('42703', 'column "dirty" does not exist')))).toEqual(['warns swallowed-error']));
  test('blocks where a SELECT fails on a table that was there all the time', () =>
    expect(found(inControl(refused('42P01', 'relation "alerts" does not exist')))).toEqual(['blocks swallowed-error']));
  test('blocks where it was no SELECT', () =>
    expect(
      found(inControl(refused('42P01', 'relation "tools" does not exist', { sql: 'UPDATE tools SET a = $1' }))),
    ).toEqual(['blocks swallowed-error']));
  test('blocks a serialization failure that nobody answered', () =>
    expect(found(inControl(refused('40001')))).toEqual(['blocks swallowed-error']));
  test('does not take a later COMMIT for the one that was refused', () => {
    const deferred = [
      statement(10, 'BEGIN', { transaction: 3, statusAfter: 'T' }),
      statement(11, 'UPDATE alerts SET state = $1', { transaction: 3, statusAfter: 'T' }),
      statement(12, 'COMMIT', { transaction: 3, sqlstate: '23503' }),
      statement(13, 'BEGIN', { transaction: 4, statusAfter: 'T' }),
      statement(14, 'COMMIT', { transaction: 4 }),
    ];
    expect(found(inControl(...deferred))).toEqual(['blocks swallowed-error']);
  });
  test('does not take a success that was rolled back for one', () => {
    const undone = [
      refused('55P03', '', { sql: 'LOCK TABLE alerts' }),
      statement(11, 'BEGIN', { transaction: 3, statusAfter: 'T' }),
      statement(12, 'LOCK TABLE alerts', { transaction: 3, statusAfter: 'T' }),
      statement(13, 'SELECT $1', { transaction: 3, statusAfter: 'E', sqlstate: '25P02' }),
      statement(14, 'ROLLBACK', { transaction: 3 }),
    ];
    expect(found(inControl(...undone))).toEqual(['blocks swallowed-error']);
  });
  describe('of a job that works in batches', () => {
    const batch = (ordinal: number, more: Partial<StatementObservation> = {}) =>
      statement(ordinal, 'UPDATE alerts SET state = $1 WHERE id BETWEEN $2 AND $3', { rows: 100, ...more });
    const lost = batch(11, { rows: 0, sqlstate: '55P03', durationMs: 500 });
    const judged = (...batches: readonly StatementObservation[]) => {
      const sent = (these: readonly StatementObservation[]) => (run: RunResult) => ({
        ...run,
        attempts: [attempt({ statements: [...firstFile, ...secondFile, ...these] })],
      });
      const quiet = sent([batch(10), batch(11), batch(12)]);
      const runs = { control: quiet, 'control-traced': quiet, [contentionId]: sent(batches) };
      const { verdict, checks } = judge(evidence({ runs }));
      return [verdict, ...checks.flatMap(({ id, outcome }) => (outcome === 'undetermined' ? [id] : []))];
    };

    test('does not take the next batch for another try of the one that was lost', () =>
      expect(judged(batch(10), lost, batch(12))).toEqual(['inconclusive', 'swallowed-error', 'lost-to-lock-timeout']));
    test('believes that it was tried again where as many succeed as in peace, or as many rows are done', () => {
      expect(judged(batch(10), lost, batch(12), batch(13))).toEqual(['pass']);
      expect(judged(batch(10), lost, batch(12, { rows: 200 }))).toEqual(['pass']);
    });
    test('believes a loop that finds nothing left at its end', () =>
      expect(judged(batch(10, { rows: 99 }), lost, batch(12, { rows: 0 }))).toEqual(['pass']));
  });
  test('sees in the server’s log what no answer carried', () => {
    const entry = {
      atMs: 1,
      severity: 'ERROR',
      sqlstate: '42501',
      message: 'permission denied',
      applicationName: 'migrate',
      pid: 4711,
    };
    const logged = (pid: number) => found({ runs: { control: (run) => ({ ...run, serverLog: [{ ...entry, pid }] }) } });
    expect(logged(4711)).toEqual(['blocks swallowed-error']);
    expect(logged(4712)).toEqual([]);
  });
  test('names one statement once, however many retries moved its ordinal', () => {
    const lost = (ordinal: number) => ({ ...alterAlerts, ordinal, transaction: null, sqlstate: '55P03' });
    const swallow = (ordinal: number) => (run: RunResult) => ({
      ...run,
      attempts: [attempt({ statements: [lost(ordinal), ...secondFile] })],
    });
    const { findings } = judge(evidence({ runs: { 'under-load': swallow(5), [contentionId]: swallow(3) } }));
    const mine = findings.filter(({ check }) => check === 'swallowed-error');
    expect(mine).toMatchObject([
      { ordinal: 3, scenario: 'under-load', evidence: { runs: ['under-load', contentionId] } },
    ]);
  });
});
