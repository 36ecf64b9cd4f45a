import { Badge } from '../kit/badge.tsx';
import type { Tone } from '../kit/mark.tsx';

export interface VerdictProps {
  readonly verdict: string | null;
  readonly status: string;
}

const tones: Readonly<Record<string, Tone>> = {
  pass: 'pass',
  fail: 'fail',
  inconclusive: 'open',
  failed: 'open',
};

const words: Readonly<Record<string, string>> = {
  failed: 'no verdict: failed',
  cancelled: 'no verdict: cancelled',
};

/** What it came to, or where it is. */
export function Verdict({ verdict, status }: VerdictProps) {
  const word = verdict ?? status;
  return <Badge tone={toneOf(word)}>{words[word] ?? word}</Badge>;
}

export const toneOf = (word: string): Tone => tones[word] ?? 'idle';
