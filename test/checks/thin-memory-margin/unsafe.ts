import { attempt, evidence } from '../../support/evidence.ts';

export const sentence = 'The command fits into its memory by 8 MiB of 128.';
export const finds = {
  severity: 'warns',
  scenario: 'control',
  phase: 'pre-deploy',
  evidence: { peakBytes: 120 * 1024 ** 2, limitBytes: 128 * 1024 ** 2 },
};

const limit = { memoryLimitBytes: 128 * 1024 ** 2 };
const phases = evidence().bundle.manifest.phases.map((phase) => ({ ...phase, memoryBytes: limit.memoryLimitBytes }));

export default evidence({
  manifest: { phases },
  runs: { control: (run) => ({ ...run, attempts: [attempt({ memoryPeakBytes: 120 * 1024 ** 2, ...limit })] }) },
});
