import { evidence, load } from '../../support/evidence.ts';

export const sentence = 'The traffic was as slow before the migration began: that is not its doing.';

const latencyMs = { p50: 200, p95: 500, p99: 700, max: 990 };

export default evidence({
  runs: { 'under-load': (run) => ({ ...run, load: load({ latencyMs, baselineLatencyMs: latencyMs }) }) },
});
