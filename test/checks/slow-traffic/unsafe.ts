import { evidence, load } from '../../support/evidence.ts';

export const sentence = 'One transaction in a hundred takes almost a second, where it took 8 ms before.';
export const finds = {
  severity: 'warns',
  scenario: 'under-load',
  phase: 'pre-deploy',
  evidence: { p99Ms: 937, baselineP99Ms: 8, budgetMs: 500 },
};

export default evidence({
  runs: {
    'under-load': (run) => ({ ...run, load: load({ latencyMs: { p50: 3, p95: 40, p99: 940, max: 960 } }) }),
  },
});
