import { attempt, evidence, firstFile, secondFile, statement } from '../../support/evidence.ts';

export const sentence = 'Two minutes on a snapshot of 40 MB are half an hour where production has 600 MB.';
export const finds = {
  severity: 'warns',
  scenario: 'control',
  phase: 'pre-deploy',
  evidence: { durationMs: 120_120, leastMs: 1_800_120, mostMs: 1_801_800 },
};

const filling = statement(10, 'UPDATE alerts SET seen_at = $1', { durationMs: 120_000, committed: 3 });
const attempts = [attempt({ durationMs: 120_120, statements: [...firstFile, ...secondFile, filling] })];

export default evidence({
  evidence: { snapshot: { ...evidence().snapshot, bytes: 40_000_000, productionBytes: 600_000_000 } },
  runs: {
    control: (run) => ({ ...run, attempts }),
    'control-traced': (run) => ({ ...run, attempts }),
  },
});
