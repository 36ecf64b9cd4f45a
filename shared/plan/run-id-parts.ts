import { createHash } from 'node:crypto';
import type { StatePoint } from '../domain/run.ts';

/** Room is left for what else an id says. */
const wholeCharsMax = 60;
/** What ids say behind the name of a phase: the number of a state inside of it, or how its rollback is made harder. */
const saysMore = /-(?:[0-9]+|written|interrupted|under-load)$/;

/**
 * The name of a phase as a part of run ids, so that no two phases ever share a run: a long one ends in a part of its
 * hash, and behind one that could be a shorter name and what follows that stands a dot, which no name has.
 */
export function phaseInId(phase: string): string {
  if (phase.length > wholeCharsMax) {
    const hash = createHash('sha256').update(phase).digest('hex').slice(0, 8);
    return `${phase.slice(0, wholeCharsMax - 10)}.${hash}`;
  }
  return saysMore.test(phase) ? `${phase}.phase` : phase;
}

/** A state as a part of run ids. */
export function stateInId(point: StatePoint): string {
  switch (point.kind) {
    case 'before':
    case 'after-rollback':
      return point.kind;
    case 'inside':
      return `after-${phaseInId(point.phase)}-${point.committed}`;
    case 'after':
      return `after-${phaseInId(point.phase)}`;
  }
}
