import { attempt, evidence } from '../../support/evidence.ts';

export const sentence = 'Batches leave a third of the memory unused.';

const limit = { memoryLimitBytes: 128 * 1024 ** 2 };
const phases = evidence().bundle.manifest.phases.map((phase) => ({ ...phase, memoryBytes: limit.memoryLimitBytes }));

export default evidence({
  manifest: { phases },
  runs: { control: (run) => ({ ...run, attempts: [attempt({ memoryPeakBytes: 85 * 1024 ** 2, ...limit })] }) },
});
