import { describe, expect, test } from 'vitest';
import { parseRunId } from '../../../shared/domain/ids.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { point, rollback, rollbackId, rollbackRun } from '../../checks/impossible-rollback/safe.ts';
import { attempt, cell, compatibilityId, evidence, points, statement } from '../../support/evidence.ts';

const brokenProbe = [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500' }] as const;
const found = (judgement: ReturnType<typeof judge>, check: string) =>
  judgement.findings.filter((finding) => finding.check === check);
const outcomeOf = (judgement: ReturnType<typeof judge>, check: string) =>
  judgement.checks.find(({ id }) => id === check)?.outcome;

describe('a declared rollback', () => {
  test('blocks where previous does not work on what it leads back to, and is told once', () => {
    const broken = rollbackRun({ cells: [cell('previous', 'fresh', point, { probes: brokenProbe })] });
    const judgement = judge(evidence({ manifest: { rollback }, more: [broken] }));
    expect(judgement.verdict).toBe('fail');
    expect(found(judgement, 'impossible-rollback')).toMatchObject([
      { severity: 'blocks', app: 'previous', state: 'after rollback' },
    ]);
    expect(found(judgement, 'broken-previous-version')).toEqual([]);
    expect(judgement.cells).toContainEqual(
      expect.objectContaining({ state: 'after rollback', app: 'previous', gates: true, outcome: 'fail' }),
    );
  });

  test.for([
    ['was planned and did not take place', { runs: { [rollbackId]: null }, more: [rollbackRun()] }],
    ['was not even planned', {}],
    ['was left out by the caller', { leftOut: ['rollback'] }],
  ] as const)('that %s leaves the verdict open', ([, changes]) => {
    const judgement = judge(evidence({ manifest: { rollback }, ...changes }));
    expect({ verdict: judgement.verdict, outcome: outcomeOf(judgement, 'impossible-rollback') }).toEqual({
      verdict: 'inconclusive',
      outcome: 'undetermined',
    });
  });

  test('that was walked from one phase and not from another is not proven', () => {
    const phases = [evidence().bundle.manifest.phases[0], { ...rollback, name: 'post-deploy' }].filter(
      (phase) => phase !== undefined,
    );
    const judgement = judge(evidence({ manifest: { rollback, phases }, more: [rollbackRun()] }));
    expect(judgement.checks.find(({ id }) => id === 'impossible-rollback')).toMatchObject({
      outcome: 'undetermined',
      reason: expect.stringContaining('no rollback was planned after post-deploy'),
    });
  });

  test('after which previous was not asked anything that proves something leaves the verdict open', () => {
    const silent = rollbackRun({ cells: [cell('previous', 'fresh', point, { statements: 0 })] });
    const judgement = judge(evidence({ manifest: { rollback }, more: [silent] }));
    expect(judgement.verdict).toBe('inconclusive');
  });

  test('from another state than the control run’s proves nothing', () => {
    const because = 'it began from another state than the control run’s after pre-deploy';
    const strayed = rollbackRun({ weaknesses: [{ part: 'migration', because }] });
    const judgement = judge(evidence({ manifest: { rollback }, more: [strayed] }));
    expect({ verdict: judgement.verdict, outcome: outcomeOf(judgement, 'impossible-rollback') }).toEqual({
      verdict: 'inconclusive',
      outcome: 'undetermined',
    });
  });

  test.for([
    ['does not hold', observed(false), 'fail'],
    ['could not be asked', unobserved('column "seen_at" does not exist'), 'inconclusive'],
    ['holds', observed(true), 'pass'],
  ] as const)('after which an invariant %s', ([, holds, verdict]) => {
    const invariant = { name: 'nobody is lost', sql: 'SELECT count(*) FROM alerts', expect: { kind: 'same' } } as const;
    const asked = rollbackRun({ invariants: [{ name: invariant.name, point, holds }] });
    const control = { control: withInvariant(invariant.name) };
    const judgement = judge(
      evidence({ manifest: { rollback, invariants: [invariant] }, more: [asked], runs: control }),
    );
    expect(judgement.verdict).toBe(verdict);
  });
});

describe('a rollback that was made harder', () => {
  const hard = (more = {}) => {
    const quiet = rollbackRun(more);
    return {
      ...quiet,
      spec: { ...quiet.spec, id, stress } as typeof quiet.spec,
      cells: quiet.cells.map((seen) => ({ ...seen, inRun: id })),
    };
  };
  const id = parseRunId('rollback-after-pre-deploy-interrupted');
  const stress = { kind: 'interrupted', ordinal: 1 } as const;

  test('is not asked the invariants, and nobody misses that', () => {
    const invariant = { name: 'nobody is lost', sql: 'SELECT count(*) FROM alerts', expect: { kind: 'same' } } as const;
    const asked = rollbackRun({ invariants: [{ name: invariant.name, point, holds: observed(true) }] });
    const judgement = judge(
      evidence({
        manifest: { rollback, invariants: [invariant] },
        more: [asked, hard()],
        runs: { control: withInvariant(invariant.name) },
      }),
    );
    expect({ verdict: judgement.verdict, outcome: outcomeOf(judgement, 'violated-invariant') }).toEqual({
      verdict: 'pass',
      outcome: 'clear',
    });
  });

  const eaten = attempt({
    phase: 'rollback',
    statements: [statement(1, 'DROP TRIGGER sync ON alerts', { sqlstate: '42704', message: 'no such trigger' })],
  });

  test('may meet what it did before it was cut off; undisturbed, a refusal behind an exit code of 0 blocks', () => {
    const attempts = [attempt(), eaten];
    const disturbed = judge(evidence({ manifest: { rollback }, more: [rollbackRun(), hard({ attempts })] }));
    expect(found(disturbed, 'swallowed-error')).toEqual([]);
    const quiet = judge(evidence({ manifest: { rollback }, more: [rollbackRun({ attempts })] }));
    expect(found(quiet, 'swallowed-error')).toMatchObject([
      { severity: 'blocks', scenario: 'rollback', phase: 'rollback' },
    ]);
  });
});

const withInvariant =
  (name: string) =>
  (run: ReturnType<typeof rollbackRun>): ReturnType<typeof rollbackRun> => ({
    ...run,
    invariants: [{ name, point: points.after, holds: observed(true) }],
  });

describe('without a rollback', () => {
  const afterRollout = {
    phases: [{ ...rollback, name: 'pre-deploy', when: 'after-rollout' as const }],
    overlap: 'rolling' as const,
  };
  const broken = {
    [compatibilityId('previous', 'fresh', 'after')]: (run: ReturnType<typeof rollbackRun>) => ({
      ...run,
      cells: [cell('previous', 'fresh', points.after, { probes: brokenProbe })],
    }),
  };

  test('the first after-rollout phase that previous does not survive is the point of no return, and only warns', () => {
    const judgement = judge(evidence({ manifest: afterRollout, runs: broken }));
    expect(found(judgement, 'impossible-rollback')).toMatchObject([
      { severity: 'warns', phase: 'pre-deploy', app: 'previous', title: 'pre-deploy is the point of no return' },
    ]);
  });

  test('the question does not arise where previous must live on every state', () => {
    expect(outcomeOf(judge(evidence()), 'impossible-rollback')).toBe('not-applicable');
  });

  test('a way back that was walked is no point of no return', () => {
    const judgement = judge(evidence({ manifest: { ...afterRollout, rollback }, runs: broken, more: [rollbackRun()] }));
    expect(found(judgement, 'impossible-rollback')).toEqual([]);
  });
});
