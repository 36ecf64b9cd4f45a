import { attempt, evidence, firstFile, secondFile, statement } from '../../support/evidence.ts';

export const sentence = 'The same index, built concurrently, takes longer and keeps nobody out.';

const build = statement(10, 'CREATE INDEX CONCURRENTLY alerts_state ON alerts (state)', {
  durationMs: 5_000,
  committed: 3,
  built: [{ kind: 'index', name: 'public.alerts_state', relation: 'public.alerts', relationBytes: 80 * 1024 ** 2 }],
});
const lock = { relation: 'public.alerts', mode: 'ShareUpdateExclusiveLock', heldMs: 5_000, source: 'waited' } as const;

export default evidence({
  runs: {
    control: (run) => ({ ...run, attempts: [attempt({ statements: [...firstFile, ...secondFile, build] })] }),
    'control-traced': (run) => ({
      ...run,
      attempts: [attempt({ statements: [...firstFile, ...secondFile, { ...build, locks: [lock] }] })],
    }),
  },
});
