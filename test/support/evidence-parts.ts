import type { AppName } from '../../shared/domain/bundle.ts';
import { parseRunId } from '../../shared/domain/ids.ts';
import type { LoadObservation } from '../../shared/domain/load.ts';
import type { MixedObservation, MixedTurn } from '../../shared/domain/mixed.ts';
import type { Aftermath, CellObservation, MigrationAttempt, RunResult } from '../../shared/domain/observation.ts';
import { observed } from '../../shared/domain/observed.ts';
import type { RunSpec, StatePoint } from '../../shared/domain/run.ts';
import type { StatementObservation } from '../../shared/domain/statement.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { column, state, table } from './schema.ts';

const base = [
  table('public.alerts'),
  column('public.alerts.id', 'bigint', 1),
  column('public.alerts.state', 'text', 2),
];
const seenAt = column('public.alerts.seen_at', 'timestamp with time zone', 3);
const notes = [table('public.notes'), column('public.notes.id', 'bigint', 1)];

/** The states that the migration passes. */
export const states = {
  before: state(base, ['0022']),
  inside: state([...base, seenAt], ['0022', '0023']),
  after: state([...base, seenAt, ...notes], ['0022', '0023', '0024']),
} as const;
export const objects = { base, seenAt, notes } as const;

export const points = {
  before: { kind: 'before' },
  inside: { kind: 'inside', phase: 'pre-deploy', committed: 1 },
  after: { kind: 'after', phase: 'pre-deploy' },
} as const satisfies Record<string, StatePoint>;

const quiet = { waitedMs: 0, rows: 0, locks: [], rewrote: [], walBytes: 0, session: 1, backendPid: 4711 } as const;

/** One statement; what it is about comes first, the rest is what an idle server would say. */
export function statement(
  ordinal: number,
  sql: string,
  more: Partial<StatementObservation> = {},
): StatementObservation {
  return {
    ordinal,
    sql,
    ...quiet,
    startedAtMs: 6_000 + ordinal * 10,
    durationMs: 2,
    transaction: null,
    statusAfter: 'I',
    lockTimeout: { ms: 0, from: 'server' },
    ...more,
  };
}

const first = { file: 'migrations/0023_seen_at.up.sql', line: 1, transaction: 1, statusAfter: 'T' } as const;
const second = { file: 'migrations/0024_notes.up.sql', line: 1, transaction: 2, statusAfter: 'T' } as const;

export const alterAlerts = statement(3, 'ALTER TABLE alerts ADD COLUMN seen_at timestamptz', {
  ...first,
  locks: [{ relation: 'public.alerts', mode: 'AccessExclusiveLock', heldMs: 4, source: 'held' }],
  lockTimeout: { ms: 500, from: 'session' },
});

export const firstFile: readonly StatementObservation[] = [
  statement(1, 'BEGIN', { transaction: 1, statusAfter: 'T' }),
  statement(2, 'SET LOCAL lock_timeout = $1', { transaction: 1, statusAfter: 'T' }),
  alterAlerts,
  statement(4, 'INSERT INTO schema_migrations (version) VALUES ($1)', {
    transaction: 1,
    statusAfter: 'T',
    rows: 1,
    locks: [{ relation: 'public.schema_migrations', mode: 'RowExclusiveLock', heldMs: 2, source: 'held' }],
  }),
  statement(5, 'COMMIT', { transaction: 1, statusAfter: 'I', committed: 1 }),
];

export const secondFile: readonly StatementObservation[] = [
  statement(6, 'BEGIN', { transaction: 2, statusAfter: 'T' }),
  statement(7, 'CREATE TABLE notes (id bigint)', second),
  statement(8, 'INSERT INTO schema_migrations (version) VALUES ($1)', { transaction: 2, statusAfter: 'T', rows: 1 }),
  statement(9, 'COMMIT', { transaction: 2, statusAfter: 'I', committed: 2 }),
];

export function attempt(more: Partial<MigrationAttempt> = {}): MigrationAttempt {
  return {
    phase: 'pre-deploy',
    attempt: 1,
    exitCode: 0,
    oomKilled: false,
    timedOut: false,
    killedByUs: false,
    durationMs: 120,
    statements: [...firstFile, ...secondFile],
    outputTail: [],
    ...more,
  };
}

export const killed = (statements: readonly StatementObservation[]): MigrationAttempt =>
  attempt({ exitCode: 137, signal: 'SIGKILL', killedByUs: true, statements });

export const specBase = { seed: 7, alone: false, expectedEnds: {} } as const;

/** A run that did what it should; everything else is given. */
export function run(spec: RunSpec, more: Partial<RunResult> = {}): RunResult {
  return {
    spec,
    outcome: 'completed',
    startedAt: '2026-03-01T12:00:01.000Z',
    cloneMs: 400,
    cloneMethod: 'reflink',
    durationMs: 2_000,
    attempts: [attempt()],
    before: observed(states.before),
    states: [],
    end: observed(states.after),
    lockWaits: [],
    cells: [],
    invariants: [],
    serverLog: [],
    backendsOomKilled: 0,
    weaknesses: [],
    ...more,
  };
}

export const controlRun = (limits: 'declared' | 'unlimited' | 'traced', more: Partial<RunResult> = {}): RunResult =>
  run(
    {
      ...specBase,
      id: parseRunId(limits === 'declared' ? 'control' : `control-${limits}`),
      scenario: 'control',
      limits,
    },
    {
      disk: observed({ databaseBytes: 40_000_000, grownBytesMax: 16_384, walBytes: 9_000, tempBytes: 0 }),
      states: [
        { point: points.inside, state: observed(states.inside) },
        { point: points.after, state: observed(states.after) },
      ],
      ...more,
    },
  );

export function load(more: Partial<LoadObservation> = {}): LoadObservation {
  return {
    plannedRate: 50,
    achievedRate: 50,
    transactions: 900,
    failed: 0,
    failedBySqlstate: {},
    baselineFailedBySqlstate: {},
    latencyMs: { p50: 2, p95: 5, p99: 9, max: 40 },
    baselineLatencyMs: { p50: 2, p95: 4, p99: 8, max: 20 },
    blockedMs: 12,
    blockedMsMax: 6,
    blockedTransactions: 2,
    queueDepthMax: 2,
    lagMsP99: 3,
    coverage: [{ relation: 'public.alerts', planned: 300, seen: 298 }],
    series: [
      { atMs: 0, transactions: 5, failed: 0, p50Ms: 2, maxMs: 5 },
      { atMs: 18_000, transactions: 5, failed: 0, p50Ms: 2, maxMs: 5 },
    ],
    ...more,
  };
}

export const contentionFault = {
  kind: 'lock',
  phase: 'pre-deploy',
  ordinal: 3,
  moment: 'before',
  mode: 'RowExclusiveLock',
  relation: 'public.alerts',
  heldMs: 500,
  met: true,
} as const;

export function cell(
  app: AppName,
  boot: 'running' | 'fresh',
  point: StatePoint,
  more: Partial<CellObservation> = {},
): CellObservation {
  const names = app === 'previous' ? ['acknowledge an alert'] : ['acknowledge an alert', 'when it was seen'];
  return {
    app,
    boot,
    point,
    started: observed(true),
    probes: names.map((name) => ({ name, outcome: 'pass', detail: '200' })),
    sqlErrors: [],
    statements: 6,
    process: { pid: 5000, startedAt: '2026-03-01T12:00:02.000Z' },
    accessLog: [],
    logTail: [],
    stateFingerprint: observed(stateFingerprint(stateAt(point))),
    ...(app === 'previous' && boot === 'fresh' ? { prepared } : {}),
    ...more,
  };
}

/** Every query of production can be prepared there. */
const prepared = observed({ tried: 4, failedBefore: [], broken: [], dearer: [] });

const stateAt = ({ kind }: StatePoint) => (kind === 'inside' || kind === 'after' ? states[kind] : states.before);

export const compatibilityId = (app: AppName, boot: 'running' | 'fresh', place: keyof typeof points): string =>
  `compatibility-${app}-${boot}-${{ before: 'before', inside: 'after-pre-deploy-1', after: 'after-pre-deploy' }[place]}`;

export const compatibilityRun = (app: AppName, boot: 'running' | 'fresh', place: keyof typeof points): RunResult =>
  run(
    {
      ...specBase,
      id: parseRunId(compatibilityId(app, boot, place)),
      scenario: 'compatibility',
      app,
      boot,
      state: points[place],
      gates: true,
      asksTwice: false,
      askOnce: [],
    },
    { end: observed(states[place]), cells: [cell(app, boot, points[place])] },
  );

export const mixedId = 'compatibility-both-after-pre-deploy';

/** What a version answers in one turn: every probe as expected, but for those that are given. */
export function turn(app: AppName, changed: Readonly<Record<string, string>> = {}): MixedTurn {
  const probes = cell(app, 'fresh', points.after).probes.map((probe) => {
    const detail = changed[probe.name];
    return detail === undefined ? probe : { ...probe, outcome: 'fail' as const, detail };
  });
  return { app, probes, sqlErrors: [], writes: ['UPDATE alerts SET state = $1 WHERE id = $2'], statements: 4 };
}

/** Both versions side by side on the end of the phase; they live with what the other writes. */
export const mixedRun = (more: Partial<MixedObservation> = {}): RunResult =>
  run(
    {
      ...specBase,
      id: parseRunId(mixedId),
      scenario: 'compatibility',
      app: 'both',
      state: points.after,
      askOnce: [],
      census: true,
    },
    {
      mixed: {
        point: points.after,
        stateFingerprint: observed(stateFingerprint(states.after)),
        notStarted: [],
        turns: [turn('previous'), turn('next'), turn('previous'), turn('next')],
        census: observed([]),
        ...more,
      },
    },
  );

/** Both versions start on what is left, and running the command again leads to the expected end. */
export function aftermath(retryStatements: readonly StatementObservation[], more: Partial<Aftermath> = {}): Aftermath {
  return {
    previousStarts: observed(true),
    nextStarts: observed(true),
    cells: [],
    retry: { attempts: [attempt({ attempt: 2, statements: retryStatements })], end: observed(states.after) },
    ...more,
  };
}
