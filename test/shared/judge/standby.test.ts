import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { unobserved } from '../../../shared/domain/observed.ts';
import type { StandbyObservation } from '../../../shared/domain/standby.ts';
import { judge } from '../../../shared/judge/judge.ts';
import {
  cell,
  compatibilityId,
  type EvidenceChanges,
  evidence,
  points,
  standbyApp,
  standbySeen,
} from '../../support/evidence.ts';

const ids = ['standby-conflict', 'standby-divergence', 'replication-lag'];
const budgets = { blockedMs: 1000, slowMs: 500, failedTransactions: 0, migrationMs: 600_000, replicaLagMs: 5000 };

function judged(seen: Partial<StandbyObservation>, changes: EvidenceChanges = {}) {
  const runs = {
    ...changes.runs,
    standby: (run: RunResult) => ({ ...run, standby: standbySeen(seen) }),
  };
  const { verdict, findings, checks } = judge(evidence({ ...changes, runs }));
  const about = findings.filter(({ check }) => ids.includes(check));
  return {
    verdict,
    found: about.map(({ check, severity }) => `${severity} ${check}`),
    outcomes: Object.fromEntries(checks.filter(({ id }) => ids.includes(id)).map(({ id, outcome }) => [id, outcome])),
  };
}

const shown = { name: 'an alert is shown', outcome: 'pass', detail: '200' } as const;
const broken = { ...shown, outcome: 'fail', detail: '503' } as const;
const refusal = {
  sqlstate: '25006',
  message: 'cannot execute UPDATE in a read-only transaction',
  sql: 'UPDATE …',
  count: 1,
};
const reads = { planned: 80, done: 80, failedBySqlstate: {}, waitedMsMax: 2400, waitedOn: 'public.alerts' };
const reader = standbyApp('previous', { statements: 5, before: [shown], during: [shown], after: [shown] });

describe('what a standby met', () => {
  test('stops nobody who is not known to have one', () => {
    expect(judged({ reads })).toMatchObject({ verdict: 'pass', found: ['warns standby-conflict'] });
    const unreadable = [{ relation: 'public.alerts', sqlstate: '0A000' }];
    expect(judged({ unreadable })).toMatchObject({ verdict: 'pass', found: ['warns standby-divergence'] });
    const end = { replayed: false, why: 'it went away' } as const;
    expect(judged({ end, sameSchema: unobserved('it went away') })).toMatchObject({
      verdict: 'pass',
      found: ['warns standby-divergence'],
    });
  });

  test('stops who reads there, and who promised how late it may be', () => {
    expect(judged({ reads, apps: [reader] })).toMatchObject({ verdict: 'fail', found: ['blocks standby-conflict'] });
    const named = { manifest: { budgets: { ...budgets, replicaLagMs: 4000 } } };
    expect(judged({ reads }, named)).toMatchObject({ verdict: 'fail', found: ['blocks standby-conflict'] });
  });

  test('is the standby’s doing only where the version answers elsewhere, and answered before', () => {
    const next = standbyApp('next', { statements: 2, after: [broken], sqlErrors: [refusal] });
    expect(judged({ apps: [reader, next] })).toMatchObject({ verdict: 'fail', found: ['blocks standby-conflict'] });
    const everywhere = {
      runs: {
        [compatibilityId('next', 'fresh', 'after')]: (run: RunResult) => ({
          ...run,
          cells: [cell('next', 'fresh', points.after, { probes: [broken] })],
        }),
      },
    };
    expect(judged({ apps: [reader, next] }, everywhere).found).toEqual([]);
    const always = { ...reader, before: [broken], during: [broken], sqlErrors: [refusal] };
    expect(judged({ apps: [always] }).found).toEqual([]);
    const elsewhere = standbyApp('next', { statements: 2, after: [broken] });
    expect(judged({ apps: [reader, elsewhere] }).found).toEqual([]);
  });

  test('is its doing, too, where the version fails for another reason on a state on which it need not live', () => {
    const cancelled = { ...refusal, sqlstate: '40001' };
    const next = standbyApp('next', { statements: 2, after: [broken], sqlErrors: [cancelled] });
    const notDue = (run: RunResult) => ({
      ...{ ...run, spec: { ...run.spec, gates: false } as RunResult['spec'] },
      cells: [cell('next', 'fresh', points.after, { probes: [broken] })],
    });
    const changes = { runs: { [compatibilityId('next', 'fresh', 'after')]: notDue } };
    expect(judged({ apps: [reader, next] }, changes).found).toEqual(['blocks standby-conflict']);
    const onlyThat = { ...next, sqlErrors: [{ ...refusal, sqlstate: '42703' }] };
    expect(judged({ apps: [reader, onlyThat] }, changes).found).toEqual([]);
  });

  test('keeps a version from ever becoming ready; where it met nothing there, nobody can tell', () => {
    const never = standbyApp('next', { statements: 3, sqlErrors: [refusal] });
    const reads = { manifest: { probes: [{ ...evidence().bundle.manifest.probes[0], writes: false }] as never } };
    expect(judged({ apps: [reader, never] }, reads).found).toEqual(['blocks standby-conflict']);
    expect(judged({ apps: [reader, { ...never, sqlErrors: [] }] }, reads)).toMatchObject({
      ...{ verdict: 'inconclusive', found: [] },
      outcomes: { 'standby-conflict': 'undetermined' },
    });
    // It was so before the first phase.
    const before = { ...never, app: 'previous' as const };
    expect(judged({ apps: [before, standbyApp('next')] }, reads)).toMatchObject({
      ...{ verdict: 'inconclusive', found: [] },
      outcomes: { 'standby-conflict': 'undetermined' },
    });
  });

  test('is worth knowing where a read of ours was cancelled or held the replay up', () => {
    expect(judged({ cancelledQueries: 1 })).toMatchObject({ verdict: 'pass', found: ['warns standby-conflict'] });
    expect(judged({ replayBlockedMs: 1800 }).found).toEqual([]);
    expect(judged({ replayBlockedMs: 1800, apps: [reader] }).found).toEqual(['warns standby-conflict']);
  });
});

describe('a standby that nobody saw', () => {
  test('is no evidence, whether it did not take place, was not planned or came out weak', () => {
    const open = { 'standby-conflict': 'undetermined', 'standby-divergence': 'undetermined' };
    const missing = [
      evidence({ runs: { standby: null } }),
      evidence({ unplanned: (id) => id === 'standby' }),
      evidence({ leftOut: ['standby'], unplanned: (id) => id === 'standby' }),
      evidence({ runs: { standby: ({ standby: _, ...run }) => run } }),
      evidence({
        runs: { standby: (run) => ({ ...run, weaknesses: [{ part: 'standby', because: 'it did not follow' }] }) },
      }),
    ];
    for (const seen of missing) {
      const { verdict, checks } = judge(seen);
      expect(verdict).toBe('inconclusive');
      expect(Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]))).toMatchObject(open);
    }
  });

  test('is missed by nobody without a reader and without a budget', () => {
    const without = { apps: 'none' as const, probes: [] };
    const unplanned = (id: string) => id === 'standby' || id.startsWith('compatibility');
    const { verdict, checks } = judge(evidence({ manifest: without, unplanned }));
    const outcomes = checks.filter(({ id }) => ids.includes(id)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['not-applicable', 'not-applicable', 'not-applicable']);
    expect(verdict).toBe('pass');
  });
});
