import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/domain/finding.ts';
import { defaultRules, rulesFrom } from '../../../shared/judge/default-rules.ts';
import { askGate, type GateQuestion, type GateRehearsal } from '../../../shared/judge/gate.ts';

const rules = defaultRules();
const now = new Date('2026-03-10T12:00:00Z');
const finding: Finding = {
  check: 'lock-queue-pileup',
  severity: 'blocks',
  title: 'Traffic waits',
  summary: 'It waits.',
  scenario: 'contention',
  relation: 'public.alerts',
  evidence: { runs: [] },
  remedy: { text: 'Ask briefly.' },
};

const rehearsal = (more: Partial<GateRehearsal> = {}): GateRehearsal => ({
  id: 'rh-1',
  bundleDigest: 'sha256:aa',
  rulesDigest: rules.digest,
  verdict: 'pass',
  finishedAt: new Date('2026-03-10T10:00:00Z'),
  snapshotDataAsOf: null,
  schema: null,
  distrust: null,
  findings: [],
  checks: [],
  cells: [],
  ...more,
});
const red = rehearsal({
  id: 'rh-red',
  verdict: 'fail',
  findings: [finding],
  finishedAt: new Date('2026-03-10T09:00:00Z'),
});
const unsure = rehearsal({
  id: 'rh-unsure',
  verdict: 'inconclusive',
  checks: [{ id: 'divergent-schema', outcome: 'undetermined', reason: 'not run' }],
  finishedAt: new Date('2026-03-10T09:30:00Z'),
});

const ask = (rehearsals: readonly GateRehearsal[], more: Partial<GateQuestion> = {}) =>
  askGate({ rehearsals, waivers: [], overrides: [], now, rules, ...more });
const codes = (...given: Parameters<typeof ask>) => {
  const { decision, reasons } = ask(...given);
  return [decision, ...reasons.map(({ code }) => code)];
};
const tomorrow = new Date('2026-03-11T12:00:00Z');
const yesterday = new Date('2026-03-09T12:00:00Z');

describe('the gate is closed unless proven open', () => {
  test('a fresh pass opens it', () => expect(codes([rehearsal()])).toEqual(['allow', 'passed']));
  test('what was never rehearsed is blocked', () => expect(codes([])).toEqual(['block', 'never-rehearsed']));
  test('another bundle than the rehearsed one is blocked', () =>
    expect(codes([rehearsal()], { bundle: 'sha256:bb' })).toEqual(['block', 'never-rehearsed']));
  test('another image of next than the rehearsed one is blocked, and so is one of which nothing was kept', () => {
    const inImage = rehearsal({ nextImage: ['sha256:id', 'sha256:pushed'] });
    for (const image of ['sha256:id', 'sha256:pushed'])
      expect(codes([inImage], { image })).toEqual(['allow', 'passed']);
    expect(codes([inImage], { image: 'sha256:other' })).toEqual(['block', 'other-image']);
    expect(codes([rehearsal()], { image: 'sha256:id' })).toEqual(['block', 'other-image']);
    expect(codes([inImage])).toEqual(['allow', 'passed']);
  });
  test('a red is not erased by a later pass', () => expect(codes([red, rehearsal()])).toEqual(['block', 'failed']));
  test('a red of another digest does not count', () =>
    expect(codes([{ ...red, bundleDigest: 'sha256:bb' }, rehearsal()], { bundle: 'sha256:aa' })).toEqual([
      'allow',
      'passed',
    ]));
  test('inconclusive is superseded by a later pass', () =>
    expect(codes([unsure, rehearsal()])).toEqual(['allow', 'passed']));
  test('inconclusive alone is blocked', () => expect(codes([unsure])).toEqual(['block', 'inconclusive']));
  test('several digests of one version are ambiguous without bundle=', () =>
    expect(codes([rehearsal(), rehearsal({ bundleDigest: 'sha256:bb' })])).toEqual(['block', 'ambiguous-bundle']));
  test('with bundle= they are not', () =>
    expect(codes([rehearsal(), rehearsal({ bundleDigest: 'sha256:bb' })], { bundle: 'sha256:bb' })).toEqual([
      'allow',
      'passed',
    ]));
  test('old evidence closes it', () =>
    expect(codes([rehearsal({ finishedAt: new Date('2026-02-01T00:00:00Z') })])).toEqual(['block', 'stale-evidence']));
  test('an old snapshot closes it', () =>
    expect(codes([rehearsal({ snapshotDataAsOf: '2026-01-01T00:00:00Z' })])).toEqual(['block', 'stale-snapshot']));
  test('evidence that was judged by other rules closes it', () =>
    expect(codes([rehearsal({ rulesDigest: rulesFrom({ ...rules, severities: { x: 'warns' } }).digest })])).toEqual([
      'block',
      'other-rules',
    ]));
});

describe('a named person may open it', () => {
  const waiver = { check: 'lock-queue-pileup', relation: 'alerts', by: 'Ada', expiresAt: tomorrow };
  const override = { by: 'Grace', reason: 'forward fix', expiresAt: tomorrow };

  test('with a waiver for every open finding of the red', () =>
    expect(codes([red], { waivers: [waiver] })).toEqual(['allow', 'passed']));
  test('with a waiver that has not expired', () =>
    expect(codes([red], { waivers: [{ ...waiver, expiresAt: yesterday }] })).toEqual(['block', 'failed']));
  test('with a waiver that names the finding', () =>
    expect(codes([red], { waivers: [{ ...waiver, relation: 'audit_log' }] })).toEqual(['block', 'failed']));
  test('but a waiver does not make up for what nobody looked at', () =>
    expect(codes([{ ...red, checks: unsure.checks }], { waivers: [waiver] })).toEqual(['block', 'inconclusive']));
  test('with an override, past any red', () =>
    expect(codes([red], { overrides: [override] })).toEqual(['allow', 'overridden']));
  test('with an override of this very bundle', () =>
    expect(codes([red], { overrides: [{ ...override, bundleDigest: 'sha256:bb' }] })).toEqual(['block', 'failed']));
  test('with an override of one bundle only where no other stands beside it', () => {
    const bundles = ['sha256:aa', 'sha256:bb'];
    const overrides = [{ ...override, bundleDigest: 'sha256:aa' }];
    expect(codes([red], { bundles, overrides })).toEqual(['block', 'ambiguous-bundle']);
    expect(codes([red], { bundles, overrides, bundle: 'sha256:aa' })).toEqual(['allow', 'overridden']);
    expect(codes([red], { bundles, overrides: [override] })).toEqual(['allow', 'overridden']);
  });
  test('only until it expires', () =>
    expect(codes([red], { overrides: [{ ...override, expiresAt: yesterday }] })).toEqual(['block', 'failed']));
  test('and a manifest’s waiver that has expired since closes it again', () => {
    const waived = { ...finding, waivedBy: 'Ada', waivedUntil: '2026-03-10T00:00:00.000Z' };
    expect(codes([rehearsal({ findings: [waived] })])).toEqual(['block', 'failed']);
  });
});

describe('the gate, about what stands behind the evidence', () => {
  const schema = `sha256:${'5'.repeat(64)}`;
  test('opens only on the schema that production has, once somebody said what that is', () => {
    expect(codes([rehearsal({ schema })], { productionSchema: schema })).toEqual(['allow', 'passed']);
    const other = `sha256:${'6'.repeat(64)}`;
    expect(codes([rehearsal({ schema })], { productionSchema: other })).toEqual(['block', 'other-schema']);
    expect(codes([rehearsal({ schema: null })], { productionSchema: other })).toEqual(['block', 'other-schema']);
    expect(codes([rehearsal({ schema })])).toEqual(['allow', 'passed']);
  });
  test('believes no worker that was not checked', () => {
    const distrust = 'worker w found the known-bad bundle to be safe';
    expect(codes([rehearsal({ distrust })])).toEqual(['block', 'unchecked-worker']);
    expect(ask([rehearsal({ distrust })]).reasons[0]?.text).toContain(distrust);
  });
  test('lets a red of such a worker stay red', () =>
    expect(codes([{ ...red, distrust: 'nobody looked' }])).toEqual(['block', 'failed']));
  test('holds a waiver to its digest', () => {
    const waiver = { check: finding.check, by: 'Ada', expiresAt: tomorrow };
    expect(codes([red], { waivers: [{ ...waiver, bundleDigest: 'sha256:aa' }] })[0]).toBe('allow');
    expect(codes([red], { waivers: [{ ...waiver, bundleDigest: 'sha256:bb' }] })).toEqual(['block', 'failed']);
  });
});
