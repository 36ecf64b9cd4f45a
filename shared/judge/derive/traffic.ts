import type { Manifest } from '../../domain/bundle.ts';
import type { Reading } from '../collect-evidence.ts';

/** Nothing else is running, so nothing can be blocked or fail. */
export const stopTheWorld = (manifest: Manifest): string | undefined =>
  manifest.overlap === 'stop-the-world' ? 'overlap is stop-the-world: there is no traffic' : undefined;

/** Runs whose traffic nobody measured. */
export function unseenLoad(...readings: readonly Reading[]): readonly string[] {
  return readings.flatMap(({ runs }) =>
    runs.flatMap(({ spec, load }) => (load === undefined ? [`${spec.id}: its traffic was not measured`] : [])),
  );
}
