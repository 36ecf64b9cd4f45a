import type { Hint } from '../domain/hint.ts';

export const hintWords: Readonly<Record<Hint['status'], string>> = {
  confirmed: 'confirmed',
  'not-observed': 'did not happen',
  'not-looked': 'not looked at',
  'not-predicted': 'not predicted',
};

/** One hint in one line: what was read, and what was seen. */
export const hintLine = ({ file, line, rule, message, status, because }: Hint): string =>
  `${file}:${line} ${rule}: ${message} – ${hintWords[status]}: ${because}`;
