import { describe, expect, it } from 'vitest';
import { answerGate } from '../../../services/api/answer-gate.ts';
import { parseDigest, parseRehearsalId } from '../../../shared/domain/ids.ts';
import type { Fault } from '../../../shared/domain/problem.ts';
import type { RehearsalStatus } from '../../../shared/domain/rehearsal.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { GateRecord } from '../../../shared/edge/ports/store.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const question = { version: '1', environment: 'production' };
const checked = [{ worker: 'w', at: now, ok: true }];
const nothing = { waivers: [], overrides: [], productionSchema: null, selfChecks: checked };
const digest = (sign: string) => parseDigest(`sha256:${sign.repeat(64)}`);

function known(sign: string, status: RehearsalStatus, verdict: Verdict | null = null, finishedAt = now): GateRecord {
  const facts = { snapshotDataAsOf: null, schema: null, findings: [], checks: [], cells: [] };
  return {
    rehearsal: {
      id: parseRehearsalId(`rh-${sign.repeat(16)}`),
      status,
      bundleDigest: digest(sign),
      rulesDigest: defaultRules().digest,
      verdict,
      finishedAt: verdict === null ? null : finishedAt,
    },
    facts: verdict === null ? null : facts,
    performedBy: verdict === null ? null : ['w'],
    fault: null,
  };
}
const failed = (sign: string, fault: Fault): GateRecord => ({ ...known(sign, 'failed'), fault });

const ask = (...all: readonly GateRecord[]) => answerGate(question, { ...nothing, known: all }, defaultRules(), now);
const codes = (decision: ReturnType<typeof ask>) => [decision.answer, ...decision.reasons.map(({ code }) => code)];

describe('the gate', () => {
  it('allows what passed', () => {
    expect(codes(ask(known('a', 'judged', 'pass')))).toEqual(['allow', 'passed']);
  });

  it('never saw what was never submitted, but knows what has no verdict yet', () => {
    expect(codes(ask())).toEqual(['never-rehearsed', 'never-rehearsed']);
    expect(codes(ask(known('a', 'running')))).toEqual(['block', 'no-verdict']);
    expect(codes(ask(failed('a', 'bundle')))).toEqual(['block', 'no-verdict']);
  });

  it('does not let a bundle through on the pass of another one that is still being rehearsed beside it', () => {
    expect(codes(ask(known('a', 'judged', 'pass'), known('b', 'running')))).toEqual(['block', 'ambiguous-bundle']);
    const named = answerGate(
      { ...question, bundle: digest('b') },
      { ...nothing, known: [known('a', 'judged', 'pass'), known('b', 'running')] },
      defaultRules(),
      now,
    );
    expect(codes(named)).toEqual(['block', 'no-verdict']);
  });

  it('does not count a bundle that could not be rehearsed at all as a second one', () => {
    expect(codes(ask(failed('b', 'bundle'), known('a', 'judged', 'pass')))).toEqual(['allow', 'passed']);
  });

  it.each([
    ['was cancelled', known('b', 'cancelled')],
    ['failed by the machine', failed('b', 'machine')],
    ['failed by an error of ours', failed('b', 'ours')],
    ['ran out of time', failed('b', 'deadline')],
    ['failed before anybody kept by whose fault', known('b', 'failed')],
  ])('knows a second bundle whose rehearsal %s', (_, second) => {
    const passed = known('a', 'judged', 'pass');
    expect(codes(ask(passed, second))).toEqual(['block', 'ambiguous-bundle']);
    const evidence = { ...nothing, known: [passed, second] };
    const named = answerGate({ ...question, bundle: digest('a') }, evidence, defaultRules(), now);
    expect(codes(named)).toEqual(['allow', 'passed']);
  });

  const override = {
    id: 1,
    service: 'alerts',
    version: '1',
    environment: 'production',
    by: 'Ada',
    reason: 'fix',
    expiresAt: new Date('2027-01-01'),
    createdAt: now,
  };

  it('lets an override of one bundle answer for the version only where it has no other', () => {
    const red = known('a', 'judged', 'fail');
    const decide = (bundle: object, bundleDigest: object, ...all: readonly GateRecord[]) => {
      const evidence = { ...nothing, known: all, overrides: [{ ...override, ...bundleDigest }] };
      return codes(answerGate({ ...question, ...bundle }, evidence, defaultRules(), now));
    };
    const ofA = { bundleDigest: digest('a') };
    expect(decide({}, ofA, red)).toEqual(['allow', 'overridden']);
    for (const second of [known('b', 'queued'), known('b', 'cancelled'), failed('b', 'machine')]) {
      expect(decide({}, ofA, red, second)).toEqual(['block', 'ambiguous-bundle']);
      expect(decide({ bundle: digest('a') }, ofA, red, second)).toEqual(['allow', 'overridden']);
      expect(decide({ bundle: digest('b') }, ofA, red, second)).toEqual(['block', 'no-verdict']);
      expect(decide({}, {}, red, second)).toEqual(['allow', 'overridden']);
    }
    expect(decide({}, ofA, red, failed('b', 'bundle'))).toEqual(['allow', 'overridden']);
  });

  it('uses overrides of this version and environment only', () => {
    const decide = (change: object) =>
      answerGate(
        question,
        { ...nothing, known: [known('a', 'judged', 'fail')], overrides: [{ ...override, ...change }] },
        defaultRules(),
        now,
      ).answer;
    expect(decide({})).toBe('allow');
    expect(decide({ version: '2' })).toBe('block');
    expect(decide({ environment: 'staging' })).toBe('block');
    expect(decide({ expiresAt: new Date('2026-11-22T11:59:59Z') })).toBe('block');
  });
});
