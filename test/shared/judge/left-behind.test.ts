import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  aftermath,
  alterAlerts,
  attempt,
  contentionId,
  controlRun,
  type EvidenceChanges,
  evidence,
  firstFile,
  killed,
  objects,
  points,
  secondFile,
  states,
} from '../../support/evidence.ts';
import { column, constraint, state, table, trigger } from '../../support/schema.ts';

const found = (changes: EvidenceChanges) =>
  judge(evidence(changes)).findings.map(({ check, severity }) => `${severity} ${check}`);

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
  test('is not clear where nobody saw what was there before', () => {
    const changes: EvidenceChanges = {
      runs: { 'interruption-pre-deploy-1': (run) => ({ ...run, before: unobserved('the catalog could not be read') }) },
    };
    const { checks } = judge(evidence(changes));
    expect(checks.find(({ id }) => id === 'leftover-object')).toMatchObject({
      id: 'leftover-object',
      outcome: 'undetermined',
      reason: 'interruption-pre-deploy-1: its beginning was not looked at (the catalog could not be read)',
    });
  });
});
