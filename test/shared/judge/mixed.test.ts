import { expect, test } from 'vitest';
import type { MixedObservation, MixedTurn } from '../../../shared/domain/mixed.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { type EvidenceChanges, evidence, mixedId, mixedRun, turn } from '../../support/evidence.ts';

const ack = 'acknowledge an alert';
const seen = 'when it was seen';
const broken = 'status 500, expected 2xx';
const other = 'status 200, json.total is not as expected';

const judged = (mixed: Partial<MixedObservation>, changes: EvidenceChanges = {}) => {
  const judgement = judge(evidence({ ...changes, runs: { [mixedId]: () => mixedRun(mixed) } }));
  return {
    verdict: judgement.verdict,
    outcome: judgement.checks.find(({ id }) => id === 'mixed-version-data'),
    found: judgement.findings.filter(({ check }) => check === 'mixed-version-data'),
  };
};

const alone = (changed: {
  readonly previous?: readonly [first: Record<string, string>, second: Record<string, string>];
  readonly next?: readonly [first: Record<string, string>, second: Record<string, string>];
}) => {
  const [p1 = {}, p2 = {}] = changed.previous ?? [];
  const [n1 = {}, n2 = {}] = changed.next ?? [];
  return observed([turn('previous', p1), turn('previous', p2), turn('next', n1), turn('next', n2)]);
};

const turns = (p1 = {}, n1 = {}, p2 = {}, n2 = {}): readonly MixedTurn[] => [
  turn('previous', p1),
  turn('next', n1),
  turn('previous', p2),
  turn('next', n2),
];

test('what previous writes and next cannot read is found the other way round', () => {
  const { verdict, found } = judged({ turns: turns({}, { [seen]: broken }), alone: alone({}) });
  expect(verdict).toBe('fail');
  expect(found).toMatchObject([{ app: 'next', severity: 'blocks', evidence: { writer: 'previous', probes: [seen] } }]);
});

test('a probe that fails before the other version wrote is the cell’s finding, not this one', () => {
  const { outcome } = judged({ turns: turns({ [ack]: broken }, {}, { [ack]: broken }) });
  expect(outcome?.outcome).toBe('clear');
});

test('a wrong answer is explained where the version that wrote gives no right one itself', () => {
  const explained = alone({ next: [{}, { [ack]: other }] });
  expect(judged({ turns: turns({}, {}, { [ack]: other }), alone: explained }).found).toEqual([]);
  // No right answer of the writer explains that the reader breaks.
  expect(judged({ turns: turns({}, {}, { [ack]: broken }), alone: explained }).found).toHaveLength(1);
});

test('a version that fails the same question alone is not blamed on the other', () => {
  const { found, verdict } = judged({
    turns: turns({}, { [seen]: broken }),
    alone: alone({ next: [{ [seen]: broken }, {}] }),
  });
  expect(found).toEqual([]);
  expect(verdict).toBe('pass');
});

test('another answer to a question that the writer is never asked only warns', () => {
  const { found, verdict } = judged({ turns: turns({}, { [seen]: other }), alone: alone({}) });
  expect(found).toMatchObject([{ severity: 'warns', app: 'next' }]);
  expect(verdict).toBe('pass');
});

test('what is not seen is not cleared', () => {
  const suspect = turns({}, {}, { [ack]: broken });
  const silent = turns().map((one) => (one.app === 'next' ? { ...one, statements: 0 } : one));
  for (const [mixed, reason] of [
    [{ turns: suspect }, 'nobody asked each version alone'],
    [{ turns: suspect, alone: unobserved('the clone was lost') }, 'the clone was lost'],
    [{ turns: [], notStarted: ['next'] }, 'next did not start there'],
    [{ stateFingerprint: observed('elsewhere') }, 'another state was reached'],
    [{ turns: silent }, 'next answered without asking the database anything'],
  ] as const) {
    const { outcome, verdict } = judged(mixed);
    expect(outcome).toMatchObject({ outcome: 'undetermined', reason: expect.stringContaining(reason) });
    expect(verdict).toBe('inconclusive');
  }
});

test('a sheet that forgot the run, or a run that did not take place, clears nothing', () => {
  const outcomeOf = (changes: EvidenceChanges) =>
    judge(evidence(changes)).checks.find(({ id }) => id === 'mixed-version-data')?.outcome;
  expect(outcomeOf({ unplanned: (id) => id === mixedId })).toBe('undetermined');
  expect(outcomeOf({ runs: { [mixedId]: null } })).toBe('undetermined');
});

test('nobody misses it where the versions never live at once, or nobody writes', () => {
  const outcomeOf = (manifest: EvidenceChanges['manifest'] = {}) =>
    judge(evidence({ manifest, unplanned: (id) => id === mixedId })).checks.find(
      ({ id }) => id === 'mixed-version-data',
    );
  expect(outcomeOf({ overlap: 'stop-the-world' })?.outcome).toBe('not-applicable');
  const reading = { name: ack, for: ['previous', 'next'], writes: false, ask: { kind: 'http', steps: [] } } as const;
  expect(outcomeOf({ probes: [reading] })).toMatchObject({ outcome: 'not-applicable', reason: 'no probe writes' });
});
