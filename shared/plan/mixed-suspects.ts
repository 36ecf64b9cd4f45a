import type { AppName } from '../domain/bundle.ts';
import type { MixedTurn } from '../domain/mixed.ts';
import type { ProbeObservation } from '../domain/observation.ts';

/** A probe that fails behind the other version's writes; what else could explain it is not yet looked at. */
export interface Suspect {
  readonly reader: AppName;
  readonly writer: AppName;
  readonly turn: MixedTurn;
  /** What the other version did just before. */
  readonly behind: MixedTurn;
  readonly probe: ProbeObservation;
}

/**
 * Answers of a later turn that no earlier turn of that version gave. A probe that is known to fail the second time it
 * is asked proves something only where the version no longer answers at all.
 */
export function suspectsIn(turns: readonly MixedTurn[], askOnce: readonly string[]): readonly Suspect[] {
  return turns.flatMap((turn, index) => {
    const behind = turns[index - 1];
    if (behind === undefined || behind.app === turn.app) return [];
    const failedBefore = (name: string) =>
      turns
        .slice(0, index)
        .some(({ app, probes }) => app === turn.app && probes.some((p) => p.name === name && p.outcome === 'fail'));
    return turn.probes
      .filter(({ name, outcome }) => outcome === 'fail' && !failedBefore(name))
      .filter(({ name, detail }) => !askOnce.includes(name) || isOutage(detail))
      .map((probe) => ({ reader: turn.app, writer: behind.app, turn, behind, probe }));
  });
}

/** It broke over the question; any other answer may be a right one to a question that was asked twice. */
export const isOutage = (detail: string): boolean =>
  /^(?:step \d+: )?(?:status 5\d\d\b|no answer within|the connection failed)/.test(detail);
