import { alterAlerts, attempt, evidence, firstFile, secondFile } from '../../support/evidence.ts';

export const sentence = 'Another type for a column copies 120 MiB while nobody may even read the table.';
export const finds = {
  severity: 'blocks',
  scenario: 'control',
  phase: 'pre-deploy',
  ordinal: 3,
  relation: 'public.alerts',
  file: 'migrations/0023_seen_at.up.sql',
  evidence: { bytes: 125_829_120, heldMs: 3_200 },
};

const rewriting = {
  ...alterAlerts,
  sql: 'ALTER TABLE alerts ALTER COLUMN id TYPE bigint',
  durationMs: 3_190,
  rewrote: ['public.alerts'],
  rewroteBytes: { 'public.alerts': 125_829_120 },
  walBytes: 130_000_000,
  locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 3_200, source: 'held' }],
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
