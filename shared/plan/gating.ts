import type { AppName, Manifest, Overlap } from '../domain/bundle.ts';
import type { StatePoint } from '../domain/run.ts';

export type Moment =
  | 'before'
  | 'inside-before-rollout'
  | 'rollout'
  | 'inside-after-rollout'
  | 'after-after-rollout'
  | 'last'
  | 'after-rollback';

/** CONTRACT 1.8 as data: the moments at which a version must work. `last` is the end of the very last phase. */
const gating: Readonly<Record<Overlap, Readonly<Record<AppName, readonly Moment[]>>>> = {
  rolling: {
    previous: ['before', 'inside-before-rollout', 'rollout', 'after-rollback'],
    next: ['rollout', 'inside-after-rollout', 'after-after-rollout', 'last'],
  },
  canary: {
    previous: [
      'before',
      'inside-before-rollout',
      'rollout',
      'inside-after-rollout',
      'after-after-rollout',
      'last',
      'after-rollback',
    ],
    next: ['rollout', 'inside-after-rollout', 'after-after-rollout', 'last'],
  },
  'code-first': {
    previous: ['before', 'inside-before-rollout', 'rollout', 'after-rollback'],
    next: ['before', 'inside-before-rollout', 'rollout', 'inside-after-rollout', 'after-after-rollout', 'last'],
  },
  'stop-the-world': {
    previous: ['before', 'after-rollback'],
    next: ['last'],
  },
};

/** Whether this version must live at this state under the manifest's overlap. */
export function gates(manifest: Manifest, app: AppName, point: StatePoint): boolean {
  const moments = momentsOf(manifest, point);
  return moments.some((moment) => gating[manifest.overlap][app].includes(moment));
}

/**
 * Which columns of the table a state stands in; the end of the only before-rollout phase is also the last where nothing
 * follows.
 */
export function momentsOf(manifest: Manifest, point: StatePoint): readonly Moment[] {
  if (point.kind === 'before') return ['before'];
  if (point.kind === 'after-rollback') return ['after-rollback'];
  const index = manifest.phases.findIndex((phase) => phase.name === point.phase);
  const phase = manifest.phases[index];
  if (phase === undefined) return [];
  const afterRollout = phase.when === 'after-rollout';
  if (point.kind === 'inside') return [afterRollout ? 'inside-after-rollout' : 'inside-before-rollout'];
  const veryLast = index === manifest.phases.length - 1;
  const place: Moment = afterRollout
    ? 'after-after-rollout'
    : manifest.phases[index + 1]?.when === 'before-rollout'
      ? 'inside-before-rollout'
      : 'rollout';
  return veryLast ? [place, 'last'] : [place];
}
