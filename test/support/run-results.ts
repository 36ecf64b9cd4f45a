import type { Bundle, Manifest } from '../../shared/domain/bundle.ts';
import { parseDigest, parseRunId } from '../../shared/domain/ids.ts';
import type { LockMode } from '../../shared/domain/lock.ts';
import type { MigrationAttempt, RunResult } from '../../shared/domain/observation.ts';
import { observed } from '../../shared/domain/observed.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { type RunSpec, type StatePoint, scenarios } from '../../shared/domain/run.ts';
import type { DatabaseState, SchemaObject } from '../../shared/domain/schema.ts';
import type { StatementObservation } from '../../shared/domain/statement.ts';
import { rehearsalIdOf } from '../../shared/plan/rehearsal-id.ts';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);

export const app = {
  dir: 'previous',
  command: ['node', 'app.js'],
  env: {},
  startTimeoutMs: 30_000,
  workers: [],
} as const;

export function manifestOf(changes: Partial<Manifest> = {}): Manifest {
  return {
    service: 'statuspage',
    version: '2',
    previous: '1',
    environment: 'production',
    owners: [],
    snapshot: { kind: 'sql', files: ['seed.sql'] },
    postgres: { settings: {} },
    overlap: 'rolling',
    phases: [phaseOf('pre-deploy')],
    apps: { previous: app, next: { ...app, dir: 'next' } },
    probes: [],
    load: {
      ratePerSecond: 50,
      durationMs: 10_000,
      holdMs: 2000,
      statements: [],
      actors: ['idle-in-transaction', 'long-read'],
    },
    steadyMs: 0,
    invariants: [],
    hotpatches: [],
    budgets: { blockedMs: 1000, slowMs: 500, failedTransactions: 0, migrationMs: 600_000, replicaLagMs: 5000 },
    waivers: [],
    ...changes,
  };
}

export function phaseOf(
  name: string,
  when: 'before-rollout' | 'after-rollout' = 'before-rollout',
): Manifest['phases'][number] {
  return {
    name,
    when,
    run: { kind: 'sql', files: ['m.sql'], ledger: 'rehearsal_migrations', transaction: 'per-file' },
    dir: '.',
    deletes: [],
    timeoutMs: 600_000,
    env: {},
  };
}

export function planOf(manifest: Manifest = manifestOf()): Plan {
  const bundle: Bundle = {
    digest,
    manifest,
    files: [],
    statements: [],
    notTested: [],
    appDigests: { previous: null, next: null },
  };
  return {
    rehearsalId: rehearsalIdOf({ bundle: digest, snapshot: 's', rules: digest, seed: 1 }),
    bundle,
    snapshot: { name: 's', version: '1', digest: 's', dataAsOf: null, bytes: 1, major: 17 },
    host: { kind: 'process', postgres: '17', memoryLimit: 'cgroup', cpus: 2, memoryBytes: 2 ** 30 },
    rules: { digest, severities: {}, evidenceAgeMsMax: 1, snapshotAgeMsMax: 1 },
    seed: 1,
    only: scenarios,
  };
}

/** A database with these tables; `marker` makes two of them differ. */
export function stateOf(tables: readonly string[], marker = ''): DatabaseState {
  const objects: SchemaObject[] = tables.flatMap((name): SchemaObject[] => [
    { kind: 'table', name, attributes: { marker } },
    { kind: 'column', name: `${name}.id`, relation: name, attributes: { type: 'integer' } },
  ]);
  return { schema: { objects }, ledgers: [], rowCounts: [] };
}

export function statementOf(ordinal: number, changes: Partial<StatementObservation> = {}): StatementObservation {
  return {
    ordinal,
    sql: `STATEMENT ${ordinal}`,
    session: 1,
    backendPid: 100,
    startedAtMs: ordinal,
    durationMs: 1,
    waitedMs: 0,
    transaction: 1,
    statusAfter: 'T',
    rows: 0,
    locks: [],
    rewrote: [],
    walBytes: 0,
    lockTimeout: { ms: 0, from: 'server' },
    ...changes,
  };
}

export const lockOf = (relation: string, mode: LockMode) => ({ relation, mode, heldMs: 1, source: 'held' as const });

export function attemptOf(
  phase: string,
  statements: readonly StatementObservation[],
  changes: Partial<MigrationAttempt> = {},
): MigrationAttempt {
  return {
    phase,
    attempt: 1,
    exitCode: 0,
    oomKilled: false,
    timedOut: false,
    killedByUs: false,
    durationMs: 5,
    statements,
    outputTail: [],
    ...changes,
  };
}

export function controlOf(changes: Partial<RunResult> & { spec?: RunSpec } = {}): RunResult {
  const before = stateOf(['public.alerts']);
  return {
    spec: {
      id: parseRunId('control'),
      scenario: 'control',
      seed: 1,
      alone: false,
      expectedEnds: {},
      limits: 'declared',
    },
    outcome: 'completed',
    startedAt: '2026-01-01T00:00:00.000Z',
    cloneMs: 1,
    cloneMethod: 'reflink',
    durationMs: 10,
    attempts: [],
    before: observed(before),
    states: [],
    end: observed(before),
    lockWaits: [],
    cells: [],
    invariants: [],
    serverLog: [],
    backendsOomKilled: 0,
    weaknesses: [],
    ...changes,
  };
}

export const at = (point: StatePoint, state: DatabaseState) => ({ point, state: observed(state) });

/** BEGIN, ALTER with its strong lock, COMMIT, as the control run saw them. */
export const oneTransaction: readonly StatementObservation[] = [
  statementOf(1),
  statementOf(2, { locks: [lockOf('public.alerts', 'AccessExclusiveLock')] }),
  statementOf(3, { statusAfter: 'I', committed: 1 }),
];

/** A control run through the plan's first phase, which leaves another schema than it began with. */
export function completed(plan: Plan, statements = oneTransaction): RunResult {
  const phase = plan.bundle.manifest.phases[0]?.name ?? '';
  const end = stateOf(['public.alerts'], 'end');
  return controlOf({
    attempts: [attemptOf(phase, statements)],
    states: [at({ kind: 'after', phase }, end)],
    end: observed(end),
  });
}
