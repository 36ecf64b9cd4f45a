import { describe, expect, test } from 'vitest';
import { judge } from '../../shared/judge/judge.ts';
import { outcomeOf } from '../../workers/jobs/self-check.ts';
import { evidence } from '../support/evidence.ts';

const seen = ['failed-migration', 'refused-migration', 'lost-rows', 'violated-invariant'];
const clear = { ...judge(evidence({})), checks: seen.map((id) => ({ id, outcome: 'clear' as const })) };
const finding = {
  check: 'violated-invariant',
  severity: 'blocks',
  title: '',
  summary: '',
  scenario: 'control',
} as const;
const found = {
  ...clear,
  verdict: 'fail' as const,
  findings: [{ ...finding, evidence: { runs: [] }, remedy: { text: '' } }],
};

describe('a self-check', () => {
  test('is right where the bad bundle fails for its reason and the good one is clear', () =>
    expect(outcomeOf(found, clear).ok).toBe(true));

  test.each([
    ['the bad one passes', clear, clear],
    ['nobody could tell', { ...clear, verdict: 'inconclusive' as const }, clear],
    ['the bad one fails for another reason', { ...found, findings: [] }, clear],
    ['the good one fails', found, found],
    ['nobody looked at the good one', found, { ...clear, checks: [] }],
  ])('is wrong where %s', (_name, bad, good) => expect(outcomeOf(bad, good).ok).toBe(false));
});
