import { attempt, evidence } from '../../support/evidence.ts';

export const sentence = 'Nine minutes of catalog work stay nine minutes, however large production is.';

export default evidence({
  evidence: { snapshot: { ...evidence().snapshot, bytes: 40_000_000, productionBytes: 600_000_000 } },
  runs: { control: (run) => ({ ...run, attempts: [attempt({ durationMs: 540_000 })] }) },
});
