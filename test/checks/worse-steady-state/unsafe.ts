import { evidence } from '../../support/evidence.ts';
import { process, steadyManifest, steadyRuns } from '../../support/steady-seen.ts';

export const sentence = 'A background process of next has the table that everybody needs, and lock timeouts pile up.';
const statement = 'UPDATE alerts SET state = $1 WHERE state <> $1';
export const finds = {
  severity: 'blocks',
  scenario: 'under-load',
  app: 'next',
  state: 'after pre-deploy',
  evidence: {
    runs: ['steady-after', 'steady-before'],
    holds: [
      {
        who: 'the background process “feed job” of next',
        relation: 'public.alerts',
        waits: 2,
        waitedMsMax: 400,
        statement,
      },
    ],
  },
};

const blocker = { role: 'next', worker: 'feed job', applicationName: 'feed job', pid: 71 } as const;
const wait = {
  waitedMs: 400,
  blockers: [blocker],
  relation: 'public.alerts',
  mode: 'ShareLock',
};
const waiter = { role: 'traffic', applicationName: 'rehearsal/traffic' } as const;

export default evidence({
  manifest: steadyManifest,
  more: steadyRuns({
    load: { failed: 31, failedBySqlstate: { '55P03': 31 } },
    steady: {
      processes: [
        process(),
        process({ worker: 'feed job', shapes: [{ sql: statement, count: 9, p95Ms: 8, maxMs: 9 }] }),
      ],
    },
    run: {
      lockWaits: [
        { ...wait, startedAtMs: 900, waiter: { ...waiter, pid: 81 } },
        { ...wait, startedAtMs: 950, waiter: { ...waiter, pid: 82 } },
      ],
    },
  }),
});
