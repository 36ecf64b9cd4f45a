import { describe, expect, test } from 'vitest';
import type { AppName, Overlap, Phase } from '../../../shared/domain/bundle.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { StatePoint } from '../../../shared/domain/run.ts';
import type { JudgeContext } from '../../../shared/judge/context.ts';
import { gatesAt } from '../../../shared/judge/derive/assess-cells.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  aftermath,
  attempt,
  cell,
  compatibilityId,
  contentionId,
  evidence,
  objects,
  points,
  states,
} from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

/** Two phases before the rollout, one after it: every column of CONTRACT 1.8 has a state. */
const columns: readonly StatePoint[] = [
  { kind: 'before' },
  { kind: 'inside', phase: 'expand', committed: 1 },
  { kind: 'after', phase: 'expand' },
  { kind: 'after', phase: 'pre-deploy' },
  { kind: 'inside', phase: 'post-deploy', committed: 1 },
  { kind: 'after', phase: 'post-deploy' },
  { kind: 'after-rollback' },
];

const rows: readonly (readonly [Overlap, AppName, string])[] = [
  ['rolling', 'previous', '● ● ● ● – – ●'],
  ['rolling', 'next', '– – – ● ● ● –'],
  ['canary', 'previous', '● ● ● ● ● ● ●'],
  ['canary', 'next', '– – – ● ● ● –'],
  ['code-first', 'previous', '● ● ● ● – – ●'],
  ['code-first', 'next', '● ● ● ● ● ● –'],
  ['stop-the-world', 'previous', '● – – – – – ●'],
  ['stop-the-world', 'next', '– – – – – ● –'],
];

const [template] = evidence().bundle.manifest.phases;
if (template === undefined) throw new Error('the green rehearsal has a phase');
const phase = (name: string, when: Phase['when']): Phase => ({ ...template, name, when });

const contextWith = (overlap: Overlap, phases: readonly Phase[]): JudgeContext => {
  const { bundle, rules, snapshot, host } = evidence();
  const manifest = { ...bundle.manifest, overlap, phases, rollback: phase('rollback', 'after-rollout') };
  return { bundle, manifest, rules, snapshot, host, hotpatches: [], control: undefined, expected: null };
};

describe('CONTRACT 1.8: which cells gate', () => {
  const phases = [
    phase('expand', 'before-rollout'),
    phase('pre-deploy', 'before-rollout'),
    phase('post-deploy', 'after-rollout'),
  ];

  test.each(rows)('%s: %s', (overlap, app, expected) => {
    const context = contextWith(overlap, phases);
    expect(columns.map((point) => (gatesAt(app, point, context) ? '●' : '–')).join(' ')).toBe(expected);
  });

  test('after rollback gates only where a rollback is declared', () => {
    const { manifest, ...context } = contextWith('rolling', phases);
    const { rollback: _, ...without } = manifest;
    expect(gatesAt('previous', { kind: 'after-rollback' }, { ...context, manifest: without })).toBe(false);
  });

  test('under stop-the-world next gates after the last before-rollout phase where that is the very last', () => {
    expect(gatesAt('next', points.after, contextWith('stop-the-world', [phase('pre-deploy', 'before-rollout')]))).toBe(
      true,
    );
  });

  test('without a before-rollout phase next does not gate before the first phase', () => {
    const context = contextWith('rolling', [phase('post-deploy', 'after-rollout')]);
    expect(gatesAt('next', { kind: 'before' }, context)).toBe(false);
    expect(gatesAt('next', { kind: 'inside', phase: 'post-deploy', committed: 1 }, context)).toBe(true);
  });

  test('a state that equals a later one gates wherever one of its names does', () => {
    const unchanged = evidence({
      runs: {
        control: (run) => ({
          ...run,
          attempts: [attempt({ statements: [] })],
          states: [{ point: points.after, state: observed(states.before) }],
          end: observed(states.before),
        }),
      },
    });
    const cells = judge(unchanged).cells.filter(
      ({ app, state: name }) => app === 'next' && name === 'after pre-deploy',
    );
    expect(cells.map(({ gates }) => gates)).toEqual([true]);
  });
});

describe('states that stressed runs leave', () => {
  const end = state([...objects.base, ...objects.notes], ['0022', '0023', '0024']);
  const left = (exitCode: number) =>
    judge(
      evidence({
        runs: {
          [contentionId]: (run) => ({
            ...run,
            attempts: [attempt({ exitCode })],
            end: observed(end),
            aftermath: aftermath([], {
              cells: [
                cell('previous', 'fresh', points.after),
                cell('next', 'fresh', points.after, { started: observed(false), probes: [] }),
              ],
            }),
          }),
        },
      }),
    );

  test('gate like the state that they claim to be where the command exited 0', () => {
    const cells = left(0).cells.filter(({ state: name }) => name.endsWith(contentionId));
    expect(cells.map(({ app, gates, outcome }) => [app, gates, outcome])).toEqual([
      ['previous', true, 'pass'],
      ['next', true, 'fail'],
    ]);
    expect(left(0).findings.map(({ check }) => check)).toContain('broken-next-version');
  });

  test('are found together with the control run’s own state of that name, once', () => {
    const broken = (inRun: boolean) => (run: RunResult) => {
      const failing = cell('next', 'fresh', points.after, { started: observed(false), probes: [] });
      return inRun
        ? { ...run, end: observed(end), aftermath: aftermath([], { cells: [failing] }) }
        : { ...run, cells: [failing] };
    };
    const given = evidence({
      runs: { [contentionId]: broken(true), [compatibilityId('next', 'fresh', 'after')]: broken(false) },
    });
    const mine = judge(given).findings.filter(({ check }) => check === 'broken-next-version');
    expect(mine).toMatchObject([
      { scenario: 'contention', evidence: { runs: [contentionId, compatibilityId('next', 'fresh', 'after')] } },
    ]);
  });

  test('are shown and do not gate where it failed: half-done-after-crash judges them', () => {
    const cells = left(1).cells.filter(({ state: name }) => name.endsWith(contentionId));
    expect(cells.map(({ gates }) => gates)).toEqual([false, false]);
    expect(left(1).findings.map(({ check }) => check)).not.toContain('broken-next-version');
  });

  test('are told where the quiet run failed, and do not gate: whoever deploys in spite of it meets them', () => {
    const broken = { cells: [cell('next', 'fresh', points.after, { started: observed(false), probes: [] })] };
    const failedOn = (left: typeof end) =>
      judge(
        evidence({
          runs: {
            control: (run) => ({
              ...run,
              outcome: 'failed',
              attempts: [attempt({ exitCode: 1 })],
              end: observed(left),
              aftermath: aftermath([], broken),
            }),
          },
        }),
      ).findings.filter(({ check }) => check === 'broken-next-version');
    const told = { severity: 'warns', app: 'next', state: 'after pre-deploy in control' };
    expect(failedOn(end)).toMatchObject([told]);
    // It stopped by its own decision and left everything as it was: there is nothing new to live on.
    expect(failedOn(states.before)).toEqual([]);
  });

  test('are missing evidence where the command exited 0, ended elsewhere and nobody started a version there', () => {
    const given = evidence({ runs: { [contentionId]: (run) => ({ ...run, end: observed(end) }) } });
    const cells = judge(given).cells.filter(({ state: name }) => name.endsWith(contentionId));
    expect(cells.map(({ app, gates, outcome }) => [app, gates, outcome])).toEqual([
      ['previous', true, 'not-run'],
      ['next', true, 'not-run'],
    ]);
  });
});

describe('SQL errors of an application', () => {
  const error = {
    sqlstate: '42703',
    message: 'column "seen_at" does not exist',
    sql: 'SELECT seen_at FROM alerts',
    count: 1,
  };
  const withErrors = (places: readonly ('before' | 'after')[]) =>
    judge(
      evidence({
        runs: Object.fromEntries(
          places.map((place) => [
            `compatibility-previous-fresh-${place === 'before' ? 'before' : 'after-pre-deploy'}`,
            (run) => ({ ...run, cells: [cell('previous', 'fresh', points[place], { sqlErrors: [error] })] }),
          ]),
        ),
      }),
    );

  test('only warn where every probe is green', () => {
    expect(withErrors(['after']).verdict).toBe('pass');
    expect(withErrors(['after']).findings.map(({ check, severity }) => [check, severity])).toEqual([
      ['broken-previous-version', 'warns'],
    ]);
  });

  test('do not count where the same version got the same in its baseline', () => {
    expect(withErrors(['before', 'after']).findings).toEqual([]);
  });
});
