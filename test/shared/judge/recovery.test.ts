import { describe, expect, test } from 'vitest';
import type { Aftermath, RunResult } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import type { RepairTrial, WayBack } from '../../../shared/domain/recovery.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { rollback, rollbackRun } from '../../checks/impossible-rollback/safe.ts';
import { writtenRun } from '../../checks/lossy-rollback/safe.ts';
import { aftermath, attempt, cell, compatibilityId, evidence, points, states } from '../../support/evidence.ts';

const killed = 'interruption-pre-deploy-1';
const brokenProbe = [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500' }] as const;

/** Killed after its first file, and running it again fails. */
const stuck = (more: Partial<Aftermath>) => ({
  [killed]: (run: RunResult): RunResult => ({
    ...run,
    aftermath: aftermath([], {
      retry: { attempts: [attempt({ attempt: 2, exitCode: 1, statements: [] })], end: observed(states.inside) },
      ...more,
    }),
  }),
});

const good: RepairTrial = {
  statements: ['CREATE TABLE public.notes (id bigint);', "INSERT INTO ledger (version) VALUES ('0024');"],
  draftedBy: 'catalog',
  end: observed(states.after),
  cell: cell('next', 'fresh', points.after),
};

const adviceOn = (more: Partial<Aftermath>, manifest = {}) =>
  judge(evidence({ manifest, runs: stuck(more) })).recovery.find(({ state }) => state.endsWith(killed));

describe('SQL for a state that running the command again did not lead out of', () => {
  test('is shown when it led to the expected schema and next works on its result', () => {
    expect(adviceOn({ repairs: observed([good]) })).toMatchObject({
      choose: 'forward-fix',
      sql: good.statements.join('\n'),
      because: expect.stringContaining('schema and ledger are the expected ones, and next passes its probes there'),
    });
  });

  test.for<[string, RepairTrial, string]>([
    ['it was refused', { ...good, refused: { statement: 2, sqlstate: '42P01', message: '' } }, 'refused with 42P01'],
    ['it led elsewhere', { ...good, end: observed(states.before) }, 'another schema than the expected one'],
    ['nobody saw where it led', { ...good, end: unobserved('gone') }, 'where it led was not seen'],
    [
      'next fails there',
      { ...good, cell: cell('next', 'fresh', points.after, { probes: brokenProbe }) },
      'does not work',
    ],
    [
      'next does not ask there',
      { ...good, cell: cell('next', 'fresh', points.after, { statements: 0 }) },
      'does not work',
    ],
  ])('is withheld when %s', ([, trial, why]) => {
    const advice = adviceOn({ repairs: observed([trial]) });
    expect(advice).not.toHaveProperty('sql');
    expect(advice?.because).toContain(why);
  });

  const held = [{ relation: 'public.l_lock', releaseSql: 'UPDATE public.l_lock SET is_locked = 0;' }];
  const freed = { ...good, statements: [held[0]?.releaseSql ?? ''], again: [attempt({ attempt: 3 })] };

  test('frees a migration lock that was left held, where the command then reaches the expected end', () => {
    expect(adviceOn({ repairs: observed([freed]) })).toMatchObject({
      choose: 'retry',
      sql: 'UPDATE public.l_lock SET is_locked = 0;',
      because: expect.stringContaining('running the command again after it was seen to reach the expected end'),
    });
    const failed = { ...freed, again: [attempt({ attempt: 3, exitCode: 1, statements: [] })] };
    expect(adviceOn({ repairs: observed([failed]) })?.because).toContain('withheld: the command failed once more');
    const still = { ...good, end: observed({ ...states.after, heldLocks: held }) };
    expect(adviceOn({ repairs: observed([still]) })?.because).toContain(
      'withheld: public.l_lock is still held after it',
    );
  });

  test('is withheld where no version was asked on its result', () => {
    const { cell: _, ...unasked } = good;
    expect(adviceOn({ repairs: observed([unasked]) })).not.toHaveProperty('sql');
  });

  test('is not guessed where nothing was tried', () => {
    expect(adviceOn({})).not.toHaveProperty('sql');
    expect(adviceOn({ repairs: unobserved('the migration is too long') })?.because).toContain('no SQL was tried');
  });

  test('is the second draft where the first is wrong', () => {
    const wrong = { ...good, statements: ['DROP TABLE alerts;'], end: observed(states.before) };
    expect(adviceOn({ repairs: observed([wrong, good]) })?.sql).toBe(good.statements.join('\n'));
  });
});

describe('the declared rollback', () => {
  const back: WayBack = {
    attempt: attempt({ phase: 'rollback', statements: [] }),
    end: observed({ ...states.before, rowCounts: [{ relation: 'public.alerts', rows: 9 }] }),
    cell: cell('previous', 'fresh', { kind: 'after-rollback' }),
    valuesLost: observed([{ relation: 'public.alerts', column: 'seen_at', values: 4 }]),
  };
  const end = observed({ ...states.inside, rowCounts: [{ relation: 'public.alerts', rows: 12 }] });
  const retry = { attempts: [attempt({ attempt: 2, exitCode: 1, statements: [] })], end };

  test('is chosen where it was walked from just that state and no SQL is sure, with what it loses', () => {
    expect(adviceOn({ repairs: observed([]), wayBack: back, retry }, { rollback })).toMatchObject({
      choose: 'roll-back',
      loses: [{ relation: 'public.alerts', rows: 3, columns: ['seen_at'] }],
    });
  });

  test('is not chosen where it failed from there, or where previous does not work on what it leads to', () => {
    const failed = { ...back, attempt: attempt({ phase: 'rollback', exitCode: 1, statements: [] }) };
    const broken = { ...back, cell: cell('previous', 'fresh', { kind: 'after-rollback' }, { probes: brokenProbe }) };
    for (const wayBack of [failed, broken]) {
      expect(adviceOn({ repairs: observed([]), wayBack }, { rollback })?.choose).toBe('forward-fix');
    }
  });

  test('is what to do where next does not live, and what it loses is named', () => {
    const lossy = writtenRun(
      { before: { 'public.alerts': 12, 'public.notes': 5 }, after: { 'public.alerts': 12 } },
      { valuesLost: observed([{ relation: 'public.alerts', column: 'seen_at', values: 3 }]) },
    );
    const broken = {
      [compatibilityId('next', 'fresh', 'after')]: (run: RunResult): RunResult => ({
        ...run,
        cells: [cell('next', 'fresh', points.after, { started: observed(false), probes: [] })],
      }),
    };
    const { recovery } = judge(evidence({ manifest: { rollback }, runs: broken, more: [rollbackRun(), lossy] }));
    expect(recovery.find(({ state }) => state === 'after pre-deploy')).toMatchObject({
      choose: 'roll-back',
      loses: [
        { relation: 'public.alerts', columns: ['seen_at'] },
        { relation: 'public.notes', rows: 5 },
      ],
    });
  });
});

test('equal states with equal advice are told once, with the runs that left them', () => {
  const twin = evidence({ runs: stuck({}) }).runs.find(({ spec }) => spec.id === killed);
  if (twin === undefined) throw new Error('the run is not there');
  const other = { ...twin, spec: { ...twin.spec, id: 'interruption-pre-deploy-1-again' as typeof twin.spec.id } };
  const { recovery } = judge(evidence({ runs: stuck({}), more: [other] }));
  const told = recovery.filter(({ state }) => state.startsWith('after pre-deploy #1'));
  expect(told).toHaveLength(1);
  expect(told[0]?.because).toContain('the same state was left by interruption-pre-deploy-1-again');
});
