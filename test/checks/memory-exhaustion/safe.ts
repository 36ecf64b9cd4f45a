import { attempt, evidence } from '../../support/evidence.ts';

export const sentence = 'Batches keep the command at half of its memory limit.';

export default evidence({
  runs: {
    control: (run) => ({
      ...run,
      attempts: [attempt({ memoryPeakBytes: 64 * 1024 ** 2, memoryLimitBytes: 128 * 1024 ** 2 })],
    }),
  },
});
