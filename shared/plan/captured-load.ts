import type { Bundle, Load } from '../domain/bundle.ts';

/** What a snapshot says of how production works. */
export interface Workload {
  readonly ratePerSecond?: number;
  readonly holdMs?: number;
}

/** CONTRACT 1: `rate` and `hold` default to what was captured with the snapshot; a figure of the manifest stands. */
export function withWorkload(bundle: Bundle, workload: Workload | undefined): Bundle {
  if (workload === undefined) return bundle;
  return { ...bundle, manifest: { ...bundle.manifest, load: filledIn(bundle.manifest.load, workload) } };
}

function filledIn(load: Load, { ratePerSecond, holdMs }: Workload): Load {
  const isOpen = (figure: 'ratePerSecond' | 'holdMs') => load.leftOpen?.includes(figure) === true;
  return {
    ...load,
    ...(ratePerSecond !== undefined && isOpen('ratePerSecond') && { ratePerSecond }),
    ...(holdMs !== undefined && isOpen('holdMs') && { holdMs }),
  };
}
