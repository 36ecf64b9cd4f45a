import { alterAlerts, attempt, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'A table of 200 KiB is copied in 40 ms: that is a warning, and no reason to stop.';

const rewriting = {
  ...alterAlerts,
  rewrote: ['public.alerts'],
  rewroteBytes: { 'public.alerts': 200 * 1024 },
  walBytes: 210_000,
  locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 40, source: 'held' }],
} as const;

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      attempts: [
        attempt({ statements: [...firstFile, ...secondFile].map((each) => (each === alterAlerts ? rewriting : each)) }),
      ],
    }),
  },
});
