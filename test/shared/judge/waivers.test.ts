import { describe, expect, test } from 'vitest';
import type { ManifestWaiver } from '../../../shared/domain/bundle.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { askGate } from '../../../shared/judge/gate.ts';
import { gateFactsOf } from '../../../shared/judge/gate-facts.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { assembleReport } from '../../../shared/report/assemble-report.ts';
import {
  alterAlerts,
  attempt,
  compatibilityId,
  contentionId,
  evidence,
  firstFile,
  load,
  objects,
  secondFile,
  state,
  table,
} from '../../support/evidence.ts';

const waiver = { check: 'lock-queue-pileup', by: 'Ada', reason: 'at night', until: '2026-03-01' } as const;
const piledUp = (...waivers: readonly ManifestWaiver[]) =>
  evidence({
    manifest: { waivers },
    runs: { [contentionId]: (run) => ({ ...run, load: load({ blockedMsMax: 3_000 }) }) },
  });
const at = (iso: string) => ({ now: new Date(iso), honourWaivers: true });

describe('a waiver', () => {
  test('accepts a blocking finding and says who did', () => {
    const judgement = judge(piledUp(waiver), at('2026-03-01T10:00:00Z'));
    expect(judgement.verdict).toBe('pass');
    expect(judgement.findings).toMatchObject([{ waivedBy: 'Ada', waivedUntil: '2026-03-02T00:00:00.000Z' }]);
    expect(judgement.waivers).toEqual([{ check: waiver.check, by: 'Ada', until: waiver.until, status: 'used' }]);
  });

  test('holds to the end of its day in UTC and not longer', () => {
    expect(judge(piledUp(waiver), at('2026-03-01T23:59:59Z')).verdict).toBe('pass');
    expect(judge(piledUp(waiver), at('2026-03-02T00:00:00Z')).verdict).toBe('fail');
  });

  test('that has expired is reported where its check is', () => {
    const judgement = judge(piledUp(waiver), at('2026-04-01T00:00:00Z'));
    expect(judgement.checks.find(({ id }) => id === waiver.check)?.reason).toBe(
      'the waiver by Ada until 2026-03-01 has expired',
    );
  });

  test('that matches nothing is reported', () => {
    expect(judge(evidence({ manifest: { waivers: [waiver] } }), at('2026-03-01T00:00:00Z'))).toMatchObject({
      verdict: 'pass',
      waivers: [{ status: 'unmatched' }],
    });
  });

  test('does not count where whoever submitted the bundle may not waive', () => {
    const judgement = judge(piledUp(waiver));
    expect(judgement).toMatchObject({ verdict: 'fail', waivers: [{ status: 'not-honoured' }] });
  });

  test('accepts what was found and not what nobody saw', () => {
    const given = piledUp(waiver);
    const missing = { ...given, runs: given.runs.filter(({ spec }) => spec.id !== 'under-load') };
    const judgement = judge(missing, at('2026-03-01T10:00:00Z'));
    expect(judgement.verdict).toBe('inconclusive');
    expect(judgement.checks.find(({ id }) => id === waiver.check)).toMatchObject({
      outcome: 'undetermined',
      reason: 'under-load did not take place',
    });
  });

  describe('of one table', () => {
    const bytes = 9 * 1024 ** 2;
    const rewritten = ['public.alerts', 'public.audit'];
    const locks = rewritten.map((relation) => ({
      ...({ relation, mode: 'AccessExclusiveLock', heldMs: 3_000, source: 'held' } as const),
    }));
    const rewriting = { ...alterAlerts, locks, rewrote: rewritten, rewroteBytes: { 'public.alerts': bytes } };
    const statements = [...firstFile, ...secondFile].map((each) => (each === alterAlerts ? rewriting : each));
    const audit = state([...objects.base, table('public.audit')], ['0022']);
    const given = evidence({
      manifest: { waivers: [{ ...waiver, check: 'table-rewrite', relation: 'alerts' }] },
      runs: {
        control: (run) => ({ ...run, before: observed(audit), attempts: [attempt({ statements })] }),
        [compatibilityId('previous', 'fresh', 'before')]: (run) => ({
          ...run,
          cells: run.cells.map((one) => ({ ...one, stateFingerprint: observed(stateFingerprint(audit)) })),
        }),
      },
    });

    test('does not clear another one whose size nobody saw, and the gate says so too', () => {
      const judgement = judge(given, at('2026-03-01T10:00:00Z'));
      expect(judgement.verdict).toBe('inconclusive');
      expect(judgement.checks.find(({ id }) => id === 'table-rewrite')).toMatchObject({ outcome: 'undetermined' });
      const refused = judge(given);
      expect(refused.verdict).toBe('fail');
      const facts = gateFactsOf(assembleReport(given, refused), null);
      const rehearsal = {
        ...{
          ...facts,
          id: 'rh-1',
          bundleDigest: 'sha256:aa',
          rulesDigest: given.rules.digest,
          verdict: refused.verdict,
        },
        ...{ finishedAt: new Date(given.startedAt), distrust: null },
      };
      const { decision, reasons } = askGate({
        ...{ rehearsals: [rehearsal], overrides: [], now: rehearsal.finishedAt, rules: given.rules },
        waivers: [{ check: 'table-rewrite', by: 'Ada', expiresAt: new Date('2027-03-01T00:00:00Z') }],
      });
      expect({ decision, reasons }).toMatchObject({
        decision: 'block',
        reasons: [{ code: 'inconclusive', text: expect.stringContaining('table-rewrite') }],
      });
    });
  });

  test.each([
    [{ relation: 'alerts' }, 'pass'],
    [{ relation: 'public.alerts' }, 'pass'],
    [{ relation: 'audit_log' }, 'fail'],
    [{ phase: 'pre-deploy' }, 'pass'],
    [{ phase: 'post-deploy' }, 'fail'],
    [{ app: 'next' }, 'fail'],
  ] as const)('with %j reaches only what it names', (scope, verdict) => {
    expect(judge(piledUp({ ...waiver, ...scope }), at('2026-03-01T00:00:00Z')).verdict).toBe(verdict);
  });

  describe('that somebody gave at the service', () => {
    const accepted = { check: waiver.check, by: 'Grace', reason: 'at night', until: '2026-03-02T00:00:00.000Z' };
    const judged = (when: string, more: object = {}) =>
      judge({ ...piledUp(), accepted: [{ ...accepted, ...more }] }, { now: new Date(when), honourWaivers: false });

    test('counts in the report whoever submitted the bundle, and expires like any other', () => {
      expect(judged('2026-03-01T10:00:00Z')).toMatchObject({
        verdict: 'pass',
        findings: [{ waivedBy: 'Grace', waivedUntil: accepted.until }],
        waivers: [{ by: 'Grace', status: 'used' }],
      });
      expect(judged('2026-03-02T00:00:00Z')).toMatchObject({ verdict: 'fail', waivers: [{ status: 'expired' }] });
    });

    test('is not told where it matches nothing: it was given for another bundle', () => {
      const judgement = judged('2026-03-01T10:00:00Z', { relation: 'public.others' });
      expect(judgement.verdict).toBe('fail');
      expect(judgement.waivers).toBeUndefined();
    });
  });
});
