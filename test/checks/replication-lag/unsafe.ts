import { evidence, standbySeen } from '../../support/evidence.ts';

export const sentence = 'One statement writes so much that the standby is nine seconds late.';
export const finds = {
  severity: 'warns',
  scenario: 'standby',
  phase: 'pre-deploy',
  evidence: { lagMsMax: 9_300, lagBytesMax: 640_000_000, replayBlockedMs: 700, budgetMs: 5_000 },
};

export default evidence({
  runs: { standby: (run) => ({ ...run, standby: standbySeen({ lagMsMax: 9_300, lagBytesMax: 640_000_000 }) }) },
});
