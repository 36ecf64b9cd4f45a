import { expect, test } from 'vitest';
import { judgeRounds, type Round, rowOf } from '../soak/judge-rounds.ts';

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
