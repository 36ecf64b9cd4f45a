import { alterAlerts, attempt, contentionId, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'The statement waited for its turn, and the database ended as after the quiet run.';

const waited = { ...alterAlerts, waitedMs: 480, durationMs: 484 };

export default evidence({
  runs: {
    [contentionId]: (run) => ({
      ...run,
      attempts: [attempt({ statements: [...firstFile.map((s) => (s.ordinal === 3 ? waited : s)), ...secondFile] })],
    }),
  },
});
