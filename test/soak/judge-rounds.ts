import type { Report } from '../../shared/domain/report.ts';
import { weakOtherwise } from '../support/rehearsed.ts';

/** What one rehearsal of a bundle must say again the next time. */
export interface Round {
  readonly verdict: Report['verdict'];
  /** One line for each blocking finding, sorted. */
  readonly blocking: readonly string[];
  readonly seconds: number;
}

export interface Soaked {
  readonly bundle: string;
  readonly rounds: readonly Round[];
  /** Absent where every conclusive round said the same, and what is expected. */
  readonly difference?: string;
}

export function roundOf(report: Report, seconds: number): Round {
  const blocking = report.findings
    .filter(({ severity, waivedBy }) => severity === 'blocks' && waivedBy === undefined)
    .map(({ check, phase, ordinal, relation, app, state }) =>
      [check, phase, ordinal, relation, app, state].filter((part) => part !== undefined).join(' · '),
    );
  return { verdict: soundVerdict(report), blocking: blocking.toSorted(), seconds };
}

/** Where nothing is missing but what the caller left out, what was looked at has passed. */
function soundVerdict(report: Report): Report['verdict'] {
  const weak = report.findings.filter(({ check }) => check === 'weak-evidence');
  const isLeftOut = weak.length > 0 && weakOtherwise(report).length === 0;
  return report.verdict === 'inconclusive' && isLeftOut ? 'pass' : report.verdict;
}

/**
 * A round on a machine that was too busy is no evidence and is counted apart; of the others every one must say the
 * same, and where none is left nothing was shown.
 */
export function judgeRounds(bundle: string, rounds: readonly Round[], expected: Report['verdict']): Soaked {
  const conclusive = rounds.filter(({ verdict }) => verdict !== 'inconclusive');
  const [first, ...others] = conclusive;
  const soaked = { bundle, rounds };
  if (first === undefined) return { ...soaked, difference: 'no round came to a verdict' };
  const wrong = conclusive.find(({ verdict }) => verdict !== expected);
  if (wrong !== undefined)
    return { ...soaked, difference: `${wrong.verdict} where ${expected} is right: ${wrong.blocking.join('; ')}` };
  const other = others.find(({ blocking }) => blocking.join('\n') !== first.blocking.join('\n'));
  if (other === undefined) return soaked;
  const only = (a: Round, b: Round) => a.blocking.filter((line) => !b.blocking.includes(line));
  const lines = [...only(first, other).map((line) => `- ${line}`), ...only(other, first).map((line) => `+ ${line}`)];
  return { ...soaked, difference: `other blocking findings: ${lines.join('; ')}` };
}

export function rowOf({ bundle, rounds, difference }: Soaked): readonly string[] {
  const count = (verdict: Report['verdict']) => String(rounds.filter((round) => round.verdict === verdict).length);
  const seconds = rounds.map((round) => round.seconds).toSorted((a, b) => a - b);
  const median = seconds[Math.floor((seconds.length - 1) / 2)] ?? 0;
  return [
    bundle,
    ...[count('pass'), count('fail'), count('inconclusive')],
    ...[median.toFixed(0), (seconds.at(-1) ?? 0).toFixed(0)],
    difference === undefined ? 'holds' : 'DIFFERS',
  ];
}

export const heading = ['bundle', 'pass', 'fail', 'inconclusive', 'median s', 'longest s', ''] as const;
