import type { Manifest } from '../../shared/domain/bundle.ts';
import { parseDigest, parseRunId } from '../../shared/domain/ids.ts';
import type { Evidence, RunResult } from '../../shared/domain/observation.ts';
import { observed, unobserved } from '../../shared/domain/observed.ts';
import type { Scenario } from '../../shared/domain/run.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { defaultRules } from '../../shared/judge/default-rules.ts';
import {
  aftermath,
  attempt,
  compatibilityRun,
  contentionFault,
  controlRun,
  firstFile,
  killed,
  load,
  mixedRun,
  run,
  secondFile,
  specBase,
  states,
} from './evidence-parts.ts';

import { standbyRun } from './standby-seen.ts';

export * from './evidence-parts.ts';
export { state, table } from './schema.ts';
export * from './standby-seen.ts';

export interface EvidenceChanges {
  readonly manifest?: Partial<Manifest>;
  /** By run id: a changed run, or null where it was planned and did not take place. */
  readonly runs?: Readonly<Record<string, ((run: RunResult) => RunResult) | null>>;
  /** Runs besides the usual ones. */
  readonly more?: readonly RunResult[];
  /** Run ids that were not even planned. */
  readonly unplanned?: (id: string) => boolean;
  readonly leftOut?: readonly Scenario[];
  readonly evidence?: Partial<Evidence>;
}

/**
 * A complete, green rehearsal of two small files on a pager's `alerts`: every kind of run, every gating cell. Each
 * test changes the one thing that it is about.
 */
export function evidence(changes: EvidenceChanges = {}): Evidence {
  const usual = [...greenRuns(), ...(changes.more ?? [])].filter(
    ({ spec }) => !(changes.unplanned?.(spec.id) ?? false),
  );
  const runs = usual.flatMap((run) => {
    const change = changes.runs?.[run.spec.id];
    return change === null ? [] : [change === undefined ? run : change(run)];
  });
  return {
    evidenceVersion: 1,
    rehearsalId: 'rh-0123456789abcdef',
    seed: 7,
    startedAt: '2026-03-01T12:00:00.000Z',
    durationMs: 60_000,
    bundle: {
      digest: parseDigest(`sha256:${'b'.repeat(64)}`),
      manifest: { ...manifest, ...changes.manifest },
      files: [],
      statements: [],
      notTested: [],
      appDigests: { previous: null, next: null },
    },
    rules: defaultRules(),
    snapshot: {
      name: 'pager',
      version: '1',
      digest: `sha256:${'5'.repeat(64)}`,
      dataAsOf: '2026-02-27T00:00:00.000Z',
      bytes: 40_000_000,
      major: 17,
    },
    host: { kind: 'process', postgres: '17.10', memoryLimit: 'watchdog', cpus: 2, memoryBytes: 8 * 1024 ** 3 },
    planned: usual.map(({ spec }) => spec),
    runs,
    notTested: [],
    leftOut: changes.leftOut ?? [],
    ...changes.evidence,
  };
}

const manifest: Manifest = {
  service: 'pager',
  version: '2.0',
  previous: '1.9',
  environment: 'production',
  owners: ['team-pager'],
  snapshot: { kind: 'registered', name: 'pager' },
  postgres: { major: 17, settings: {} },
  overlap: 'rolling',
  phases: [
    {
      name: 'pre-deploy',
      when: 'before-rollout',
      run: { kind: 'command', command: ['node', 'migrate.js'] },
      dir: '.',
      deletes: [],
      timeoutMs: 600_000,
      env: {},
    },
  ],
  apps: {
    previous: { dir: 'previous', command: ['node', 'app.js'], env: {}, startTimeoutMs: 30_000, workers: [] },
    next: { dir: 'next', command: ['node', 'app.js'], env: {}, startTimeoutMs: 30_000, workers: [] },
  },
  probes: [
    { name: 'acknowledge an alert', for: ['previous', 'next'], writes: true, ask: { kind: 'http', steps: [] } },
    { name: 'when it was seen', for: ['next'], writes: false, ask: { kind: 'http', steps: [] } },
  ],
  load: { ratePerSecond: 50, durationMs: 10_000, holdMs: 2_000, statements: [], actors: ['idle-in-transaction'] },
  steadyMs: 0,
  invariants: [],
  hotpatches: [],
  budgets: { blockedMs: 1000, slowMs: 500, failedTransactions: 0, migrationMs: 600_000, replicaLagMs: 5000 },
  waivers: [],
};

function interruptionRun(committed: 1 | 2, end: DatabaseState): RunResult {
  const ordinal = committed === 1 ? 5 : 9;
  const id = parseRunId(`interruption-pre-deploy-${committed}`);
  return run(
    { ...specBase, id, scenario: 'interruption', phase: 'pre-deploy', committed, ordinal },
    {
      outcome: 'failed',
      attempts: [killed(committed === 1 ? firstFile : [...firstFile, ...secondFile])],
      end: observed(end),
      fault: { kind: 'kill-command', phase: 'pre-deploy', ordinal, moment: 'after', met: true, pid: 4712 },
      aftermath: aftermath(committed === 1 ? secondFile : []),
    },
  );
}

const targets = [{ relation: 'public.alerts', columns: ['id', 'state'] }];

export const contentionId = 'contention-pre-deploy-3-public.alerts';

function greenRuns(): readonly RunResult[] {
  return [
    controlRun('declared'),
    controlRun('traced', { states: [] }),
    run(
      {
        ...specBase,
        id: parseRunId('under-load'),
        scenario: 'under-load',
        alone: true,
        targets,
        actorsOn: ['public.alerts'],
      },
      { load: load() },
    ),
    run(
      {
        ...specBase,
        id: parseRunId(contentionId),
        scenario: 'contention',
        alone: true,
        holder: 'open-write',
        standsFor: [],
        phase: 'pre-deploy',
        ordinal: 3,
        relation: 'public.alerts',
        holds: 'RowExclusiveLock',
        requests: 'AccessExclusiveLock',
        holdMs: 500,
        scaledSettings: {},
        targets,
      },
      { load: load({ blockedMs: 4_000, blockedMsMax: 480, blockedTransactions: 12 }), fault: contentionFault },
    ),
    secondStartRun(),
    interruptionRun(1, states.inside),
    interruptionRun(2, states.after),
    standbyRun(),
    compatibilityRun('previous', 'fresh', 'before'),
    compatibilityRun('previous', 'fresh', 'inside'),
    compatibilityRun('previous', 'running', 'inside'),
    compatibilityRun('previous', 'fresh', 'after'),
    compatibilityRun('previous', 'running', 'after'),
    compatibilityRun('next', 'fresh', 'after'),
    mixedRun(),
  ];
}

export const secondStartId = 'contention-second-start-pre-deploy';

/** The later start finds nothing left to do. */
function secondStartRun(): RunResult {
  const id = parseRunId(secondStartId);
  const place = { phase: 'pre-deploy', ordinal: 3 } as const;
  return run(
    { ...specBase, id, scenario: 'contention', holder: 'second-start', ...place },
    { otherStart: attempt({ statements: [] }) },
  );
}

export const notSeen = unobserved('nobody looked');
