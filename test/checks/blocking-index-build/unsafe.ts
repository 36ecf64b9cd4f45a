import { attempt, evidence, firstFile, secondFile, statement } from '../../support/evidence.ts';

export const sentence = 'An index over 80 MiB is built in two seconds in which nobody can write.';
export const finds = {
  severity: 'blocks',
  scenario: 'control',
  phase: 'pre-deploy',
  ordinal: 10,
  relation: 'public.alerts',
  evidence: { mode: 'ShareLock', heldMs: 2_000, built: ['public.alerts_state'] },
};

const build = statement(10, 'CREATE INDEX alerts_state ON alerts (state)', {
  durationMs: 2_000,
  committed: 3,
  built: [{ kind: 'index', name: 'public.alerts_state', relation: 'public.alerts', relationBytes: 80 * 1024 ** 2 }],
});
const lock = { relation: 'public.alerts', mode: 'ShareLock', heldMs: 2_050, source: 'traced' } as const;

export default evidence({
  runs: {
    control: (run) => ({ ...run, attempts: [attempt({ statements: [...firstFile, ...secondFile, build] })] }),
    'control-traced': (run) => ({
      ...run,
      attempts: [attempt({ statements: [...firstFile, ...secondFile, { ...build, locks: [lock] }] })],
    }),
  },
});
