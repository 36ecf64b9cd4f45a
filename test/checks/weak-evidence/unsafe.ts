import { evidence, load } from '../../support/evidence.ts';

export const sentence = 'The generator could not keep up: that nobody waited proves nothing.';
export const verdict = 'inconclusive';
export const finds = { severity: 'warns', scenario: 'under-load' };

export default evidence({
  runs: {
    'under-load': (run) => ({
      ...run,
      load: load({ achievedRate: 12, coverage: [{ relation: 'public.alerts', planned: 300, seen: 60 }] }),
    }),
  },
});
