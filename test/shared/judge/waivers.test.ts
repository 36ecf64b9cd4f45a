import { describe, expect, test } from 'vitest';
import type { ManifestWaiver } from '../../../shared/domain/bundle.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { contentionId, evidence, load } from '../../support/evidence.ts';

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
