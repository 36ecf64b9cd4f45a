import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  compatibilityId,
  contentionId,
  controlRun,
  type EvidenceChanges,
  evidence,
  firstFile,
  killed,
  objects,
  points,
  secondFile,
  statement,
  states,
} from '../../support/evidence.ts';
import { column, constraint, state, table, trigger } from '../../support/schema.ts';

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

describe('whole migrations', () => {
  const lost = { ...alterAlerts, sqlstate: '55P03', statusAfter: 'E' } as const;
  const loses = (end: RunResult['end']): EvidenceChanges => ({
    runs: {
      [contentionId]: (run) => ({
        ...run,
        outcome: 'failed',
        attempts: [attempt({ exitCode: 1, statements: [lost] })],
        end,
        aftermath: aftermath(secondFile),
      }),
    },
  });

  test('are nothing left behind: the first file with its ledger row', () =>
    expect(found(loses(observed(states.inside)))).toEqual(['warns lost-to-lock-timeout']));
  test('are not what a column without its ledger row is', () =>
    expect(found(loses(observed(state([...objects.base, objects.seenAt], ['0022']))))).toContain(
      'blocks lost-to-lock-timeout',
    ));
  test('an empty ledger that the tool made first is nothing', () => {
    const books = table('public.schema_migrations');
    const first = state([...objects.base], []);
    const given = loses(observed(state([...objects.base, books], [])));
    expect(
      found({
        ...given,
        runs: {
          ...given.runs,
          control: (run) => ({ ...run, before: observed(first) }),
          [contentionId]: (run) => ({ ...(given.runs?.[contentionId]?.(run) ?? run), before: observed(first) }),
        },
      }),
    ).toEqual(['warns lost-to-lock-timeout']);
  });
  test('so is the lock table that it put beside its ledger', () => {
    const lock = table('public.schema_migrations_lock');
    expect(found(loses(observed(state([...objects.base, lock], ['0022']))))).toEqual(['warns lost-to-lock-timeout']);
  });
  test('a trigger that a later file is meant to drop is no leftover', () => {
    const sync = trigger('public.alerts.sync', 'CREATE TRIGGER sync');
    const between = state([...objects.base, objects.seenAt, sync], ['0022', '0023']);
    const changes: EvidenceChanges = {
      runs: {
        control: (run) => ({
          ...run,
          states: [
            { point: points.inside, state: observed(between) },
            { point: points.after, state: observed(states.after) },
          ],
        }),
        'interruption-pre-deploy-1': (run) => ({ ...run, end: observed(between) }),
      },
    };
    expect(found(changes)).toEqual([]);
  });
});

describe('dishonest-ledger', () => {
  const interrupted = (
    end: RunResult['end'],
    retryEnd: RunResult['end'] = observed(states.after),
  ): EvidenceChanges => ({
    runs: {
      'interruption-pre-deploy-1': (run) => ({
        ...run,
        attempts: [killed(firstFile)],
        end,
        aftermath: aftermath([], { retry: { attempts: [attempt({ attempt: 2, statements: [] })], end: retryEnd } }),
      }),
    },
  });

  test('blocks an entry that is left dirty', () =>
    expect(
      found(interrupted(observed(state([...objects.base, objects.seenAt], ['0022'], { dirty: ['0023'] })))),
    ).toContain('blocks dishonest-ledger'));
  test('blocks a column that nobody recorded where the next attempt does not converge', () =>
    expect(
      found(interrupted(observed(state([...objects.base, objects.seenAt], ['0022'])), observed(states.inside))),
    ).toEqual(['blocks dishonest-ledger', 'blocks unrepeatable-migration']));
  test('reads a tool that writes its row first: the row without the column is a lie', () => {
    const rowFirst = state(objects.base, ['0022', '0023']);
    const done = state([...objects.base, objects.seenAt], ['0022', '0023']);
    const control = (run: RunResult) => ({
      ...run,
      states: [
        { point: points.inside, state: observed(rowFirst) },
        { point: points.after, state: observed(done) },
      ],
      end: observed(done),
    });
    const given = interrupted(observed(rowFirst), observed(rowFirst));
    expect(found({ runs: { ...given.runs, control } })).toContain('blocks dishonest-ledger');
  });
  test('reads what is recorded out of order', () =>
    expect(
      found({
        runs: {
          [contentionId]: (run) => ({
            ...run,
            end: observed(state([...objects.base, ...objects.notes], ['0022', '0024'])),
          }),
        },
      }),
    ).toEqual(expect.arrayContaining(['blocks divergent-schema', 'blocks dishonest-ledger'])));
  test('judges what a control run that was killed for memory leaves against the run without limits', () => {
    const oom = attempt({ exitCode: 137, oomKilled: true, statements: firstFile });
    const end = observed(state([...objects.base, objects.seenAt], ['0022']));
    const changes: EvidenceChanges = {
      more: [controlRun('unlimited')],
      runs: {
        control: (run) => ({
          ...run,
          outcome: 'failed',
          attempts: [oom],
          states: [],
          end,
          aftermath: aftermath([], {
            previousStarts: observed(false),
            nextStarts: observed(false),
            retry: { attempts: [oom], end },
          }),
        }),
      },
    };
    expect(found(changes)).toEqual(
      expect.arrayContaining([
        'blocks memory-exhaustion',
        'blocks dishonest-ledger',
        'blocks half-done-after-crash',
        'blocks unrepeatable-migration',
      ]),
    );
    expect(found(changes)).not.toContain('blocks failed-migration');
  });
});

describe('what a control run leaves when it fails', () => {
  const fails = (sqlstate: string, end = states.before): EvidenceChanges => ({
    unplanned: (id) => id !== 'control' && id !== 'compatibility-previous-fresh-before',
    runs: {
      control: (run) => ({
        ...run,
        outcome: 'failed',
        attempts: [attempt({ exitCode: 1, statements: [{ ...alterAlerts, sqlstate }] })],
        states: [],
        end: observed(end),
      }),
    },
  });

  test('is refused-migration only where nothing but RAISE was refused and nothing is changed', () => {
    expect(found(fails('P0001'))).toEqual(['blocks refused-migration']);
    expect(found(fails('23505'))).toEqual(['blocks failed-migration']);
    expect(found(fails('P0001', states.inside))).toEqual(['blocks failed-migration']);
    expect(found(fails('P0001', state(objects.base, ['0022'], { rows: { 'public.alerts': 999 } })))).toEqual([
      'blocks failed-migration',
      'blocks lost-rows',
    ]);
  });
});

describe('leftover-object', () => {
  test('finds a constraint that was never validated although every command exited 0', () => {
    const end = state(
      [
        ...objects.base,
        objects.seenAt,
        ...objects.notes,
        constraint('public.alerts.seen', 'CHECK (id > 0) NOT VALID', false),
      ],
      ['0022', '0023', '0024'],
    );
    expect(found({ runs: { 'under-load': (run) => ({ ...run, end: observed(end) }) } })).toContain(
      'blocks leftover-object',
    );
  });
  test('finds a helper column that the quiet run drops again', () => {
    const end = state([...objects.base, column('public.alerts.seen_copy', 'text', 3)], ['0022']);
    const changes: EvidenceChanges = {
      runs: {
        'interruption-pre-deploy-1': (run) => ({
          ...run,
          end: observed(end),
          aftermath: aftermath([], { retry: { attempts: [attempt({ exitCode: 1 })], end: observed(end) } }),
        }),
      },
    };
    expect(found(changes)).toContain('blocks leftover-object');
  });
});

describe('a version that dies after its answers', () => {
  test('breaks on that state, whatever it answered before', () => {
    const id = compatibilityId('next', 'fresh', 'after');
    const given = evidence({
      runs: { [id]: (run) => ({ ...run, cells: run.cells.map((one) => ({ ...one, endedByItself: 1 })) }) },
    });
    const judged = judge(given);
    expect(judged.verdict).toBe('fail');
    expect(judged.findings.map(({ check }) => check)).toContain('broken-next-version');
  });
});

describe('a background process that does not stay alive', () => {
  const died = { name: 'feed job', statements: 1, sqlErrors: [], endedByItself: 1, logTail: [] };
  const judged = (...places: readonly (readonly ['previous' | 'next', 'before' | 'after'])[]) =>
    judge(
      evidence({
        runs: Object.fromEntries(
          places.map(([app, place]) => [
            compatibilityId(app, 'fresh', place),
            (run: RunResult) => ({ ...run, cells: run.cells.map((one) => ({ ...one, workers: [died] })) }),
          ]),
        ),
      }),
    );

  test('breaks its version on that state, by name', () => {
    const { verdict, findings } = judged(['next', 'after']);
    expect(verdict).toBe('fail');
    const finding = findings.find(({ check }) => check === 'broken-next-version');
    expect(finding).toMatchObject({ severity: 'blocks', app: 'next', evidence: { workers: ['feed job'] } });
    expect(finding?.title).toContain('loses its background process “feed job”');
    expect(finding?.summary).toContain('ended by itself with exit code 1');
  });

  test('proves nothing where it did not live on the untouched clone either, and that is told', () => {
    const { findings } = judged(['previous', 'before'], ['previous', 'after']);
    expect(findings.map(({ check }) => check)).not.toContain('broken-previous-version');
    const weak = findings.find(({ check }) => check === 'weak-evidence');
    expect(weak?.summary).toContain('“feed job” of previous proves nothing');
  });
});
