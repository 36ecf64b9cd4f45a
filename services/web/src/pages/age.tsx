import { Moment } from '../kit/moment.tsx';

export interface AgeProps {
  readonly iso: string;
  /** Before the words: `rehearsed`, `taken`. */
  readonly verb?: string;
}

/** How long ago, in words, with the time itself beside it. */
export function Age({ iso, verb }: AgeProps) {
  return (
    <span>
      {verb !== undefined && `${verb} `}
      {ago(Date.now() - Date.parse(iso))} <span className="soft">· </span>
      <Moment iso={iso} />
    </span>
  );
}

const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
] as const;

/** In the largest whole unit. */
export function span(ms: number): string {
  for (const [unitMs, unit] of units) {
    const count = Math.floor(Math.abs(ms) / unitMs);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

/** Times to come, and those of a clock that is ahead of ours, are told as such. */
export const ago = (ms: number): string => (ms >= 0 ? `${span(ms)} ago` : `in ${span(ms)}`);
