import type { AppName, Phase } from '../../shared/domain/bundle.ts';

/**
 * Whose statements arrive, CONTRACT 1.7: previous' until the first after-rollout phase begins, next's from the end of
 * the last before-rollout phase.
 */
export function followRollout(phases: readonly Phase[], setVersions: (versions: readonly AppName[]) => void) {
  const lastBefore = phases.findLast((phase) => phase.when === 'before-rollout');
  return {
    beforePhase: async (phase: Phase): Promise<void> => {
      if (phase.when === 'after-rollout') setVersions(['next']);
    },
    afterPhase: async (phase: Phase): Promise<void> => {
      if (phase === lastBefore) setVersions(['previous', 'next']);
    },
  };
}
