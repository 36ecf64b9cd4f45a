import type { CommanderError } from 'commander';
import { type ProblemPlace, RehearsalError } from '../../shared/domain/problem.ts';
import { editDistance, nearest } from '../../shared/plan/manifest/nearest.ts';

/** Nearer than half of its letters: farther off it is another word, not a mistyped one. */
const isNear = (word: string, candidate: string): boolean =>
  editDistance(word, candidate) <= Math.max(2, Math.floor(candidate.length / 2));

/** What the parser of the command line refuses, in our words: which option or argument, and what is near to it. */
export function usageError(error: CommanderError, path: string): RehearsalError {
  const help = `see \`${['rehearse', path, '--help'].filter((word) => word !== '').join(' ')}\``;
  if (error.code === 'commander.help') return new RehearsalError('bundle', 'usage', 'a command is missing', help);
  const said = error.message.replace(/^error: /, '');
  const detail = said.replace(/\s*\(Did you mean [^)]*\)/, '').trim();
  const close = /\(Did you mean (?:one of )?([^?,)]+)/.exec(said)?.[1] ?? nearestChoice(detail);
  const key = /option '(?:-\w, )?(--?[\w-]+)/.exec(detail)?.[1] ?? /(?:argument|command) '([^']+)'/.exec(detail)?.[1];
  const problem: ProblemPlace = {
    ...(key === undefined ? {} : { key }),
    message: detail,
    ...(close === undefined ? {} : { nearest: close }),
  };
  return new RehearsalError('bundle', 'usage', detail, help, { problems: [problem], cause: error });
}

function nearestChoice(detail: string): string | undefined {
  const [, choices] = /(?:Allowed choices are|there are) ([^.]+)\.?$/.exec(detail) ?? [];
  const word = /'([^']*)' is invalid\. (?:(\S+) is no )?/.exec(detail);
  const mistyped = word?.[2] ?? word?.[1];
  if (choices === undefined || mistyped === undefined) return undefined;
  const close = nearest(mistyped, choices.split(', '));
  return close !== undefined && isNear(mistyped, close) ? close : undefined;
}
