import type { Manifest } from '../domain/bundle.ts';
import type { StatePoint } from '../domain/run.ts';
import { gates } from './gating.ts';

/** Why this deployment never has two versions that could meet what the other wrote; undefined: it has. */
export function mixedNotDue(manifest: Manifest): string | undefined {
  const { apps, overlap, probes, phases } = manifest;
  if (apps === 'none') return 'the bundle has no applications';
  if (overlap === 'stop-the-world') return 'overlap is stop-the-world: the versions never live at once';
  const ends = phases.map(({ name }): StatePoint => ({ kind: 'after', phase: name }));
  const both = (point: StatePoint) => gates(manifest, 'previous', point) && gates(manifest, 'next', point);
  if (![{ kind: 'before' } as const, ...ends].some(both)) {
    return `under ${overlap} there is no phase at whose end both versions must live`;
  }
  return probes.some(({ writes }) => writes) ? undefined : nobodyWrites;
}

export const nobodyWrites = 'no probe writes';
