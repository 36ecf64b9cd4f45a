import { expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { greenReport } from '../shared/report/reports.ts';
import { judgeRounds, type Round, roundOf, rowOf } from '../soak/judge-rounds.ts';

const round = (verdict: Round['verdict'], ...blocking: string[]): Round => ({ verdict, blocking, seconds: 1 });

test.for([
  ['equal rounds hold', [round('fail', 'a'), round('fail', 'a')], undefined],
  ['inconclusive ones are apart', [round('fail', 'a'), round('inconclusive'), round('fail', 'a')], undefined],
  ['another set of findings differs', [round('fail', 'a'), round('fail', 'a', 'b')], 'other blocking findings: + b'],
  ['the wrong verdict differs', [round('fail', 'a'), round('pass')], 'pass where fail is right'],
  ['no verdict at all shows nothing', [round('inconclusive')], 'no round came to a verdict'],
] as const)('%s', ([, rounds, difference]) => {
  const soaked = judgeRounds('x/unsafe', rounds, 'fail');
  if (difference === undefined) expect(soaked.difference).toBeUndefined();
  else expect(soaked.difference).toContain(difference);
  expect(rowOf(soaked).at(-1)).toBe(difference === undefined ? 'holds' : 'DIFFERS');
});

test.for([
  ['what was left out by the caller is all that is missing', ['standby was left out by the caller'], 'pass'],
  ['more than that is missing', ['standby was left out by the caller', 'traffic ran at 50 %'], 'inconclusive'],
  ['nobody says what is missing', [], 'inconclusive'],
] as const)('an inconclusive rehearsal: %s', ([, reasons, verdict]) => {
  const weak = { check: 'weak-evidence', severity: 'warns', evidence: { runs: [], reasons } } as const;
  const findings = reasons.length === 0 ? [] : [{ ...weak, title: '', summary: '', remedy: { text: '' } }];
  const report = { ...greenReport(), verdict: 'inconclusive', findings } as unknown as Report;
  expect(roundOf(report, 1).verdict).toBe(verdict);
});
