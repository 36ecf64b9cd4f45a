import { expect, test } from 'vitest';
import type { ColumnCensus } from '../../../shared/domain/census.ts';
import type { MixedObservation } from '../../../shared/domain/mixed.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { stateColumn } from '../../checks/unmigrated-value/safe.ts';
import { type EvidenceChanges, evidence, mixedId, mixedRun } from '../../support/evidence.ts';

const judged = (mixed: Partial<MixedObservation>, manifest: EvidenceChanges['manifest'] = {}) => {
  const { verdict, checks } = judge(evidence({ manifest, runs: { [mixedId]: () => mixedRun(mixed) } }));
  return { verdict, outcome: checks.find(({ id }) => id === 'unmigrated-value') };
};
const left = { values: 1, rows: 40 };
const outcomeOf = (changes: Partial<ColumnCensus>) =>
  judged({ census: observed([stateColumn(changes)]) }).outcome?.outcome;

test('a value that stays is no news where next brings no value of its own', () => {
  expect(outcomeOf({ left })).toBe('found');
  expect(outcomeOf({ left, newWithNext: 0 })).toBe('clear');
});

test('what a type or a constraint names is meant to be there', () => {
  expect(outcomeOf({ left, isDeclared: true })).toBe('clear');
});

test('what was not counted is not cleared, and no verdict waits for it', () => {
  const { outcome, verdict } = judged({ census: unobserved('the values could not be counted: too slow') });
  expect(outcome).toMatchObject({ outcome: 'undetermined', reason: expect.stringContaining('too slow') });
  expect(verdict).toBe('pass');
  expect(judged({}, { overlap: 'stop-the-world' }).outcome).toMatchObject({
    outcome: 'undetermined',
    reason: expect.stringContaining('the versions never live at once'),
  });
});
