/** What a value must look like: a type's name, an exact value, or a composition of these. Unknown keys are welcome. */
type Shape = 'string' | 'number' | 'boolean' | 'any' | ((value: unknown, path: string) => string[]) | ObjectShape;
interface ObjectShape {
  readonly [key: string]: Shape;
}

/** Every place where the report differs from CONTRACT section 4; empty for a valid one. */
export const reportMismatches = (value: unknown): string[] => mismatches(value, report, 'report');

function mismatches(value: unknown, shape: Shape, path: string): string[] {
  if (typeof shape === 'function') return shape(value, path);
  if (shape === 'any') return value === undefined ? [`${path} is missing`] : [];
  if (typeof shape === 'string') return typeof value === shape ? [] : [`${path} is ${show(value)}, not a ${shape}`];
  if (typeof value !== 'object' || value === null) return [`${path} is ${show(value)}, not an object`];
  const fields = new Map(Object.entries(value));
  return Object.entries(shape).flatMap(([key, inner]) => mismatches(fields.get(key), inner, `${path}.${key}`));
}

const show = (value: unknown) => JSON.stringify(value)?.slice(0, 80) ?? 'missing';
const optional = (shape: Shape) => (value: unknown, path: string) =>
  value === undefined ? [] : mismatches(value, shape, path);
const nullable = (shape: Shape) => (value: unknown, path: string) =>
  value === null ? [] : mismatches(value, shape, path);
const oneOf =
  (...allowed: readonly unknown[]) =>
  (value: unknown, path: string) =>
    allowed.includes(value) ? [] : [`${path} is ${show(value)}, not one of ${allowed.join(' ')}`];
const listOf = (shape: Shape) => (value: unknown, path: string) =>
  Array.isArray(value)
    ? value.flatMap((item, index) => mismatches(item, shape, `${path}[${index}]`))
    : [`${path} is ${show(value)}, not a list`];
const matching = (pattern: RegExp) => (value: unknown, path: string) =>
  typeof value === 'string' && pattern.test(value) ? [] : [`${path} is ${show(value)}, not like ${pattern}`];

const digest = matching(/^sha256:[0-9a-f]{64}$/);
const relation = matching(/^[^.]+\..+$/);
const modes = ['AccessShareLock', 'RowShareLock', 'RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock'];
const mode = oneOf(...modes, 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');
const scenarios = ['control', 'under-load', 'contention', 'interruption', 'rollback', 'compatibility', 'standby'];
const scenario = oneOf(...scenarios);
const app = oneOf('previous', 'next');
const outcome = oneOf('pass', 'fail', 'not-run');
const latency = { p50: 'number', p95: 'number', p99: 'number', max: 'number' } as const;
const faults = ['lock', 'kill-command', 'kill-backend', 'kill-server', 'cut-connection', 'out-of-memory'];

const statement: Shape = {
  ordinal: 'number',
  sql: 'string',
  file: optional('string'),
  line: optional('number'),
  startedAtMs: 'number',
  durationMs: 'number',
  waitedMs: 'number',
  transaction: nullable('number'),
  rows: 'number',
  sqlstate: optional(matching(/^[0-9A-Z]{5}$/)),
  message: optional('string'),
  locks: listOf({ relation, mode, heldMs: 'number', source: oneOf('held', 'traced', 'waited', 'derived') }),
  rewrote: listOf(relation),
  walBytes: 'number',
};

const attempt: Shape = {
  phase: 'string',
  attempt: 'number',
  exitCode: nullable('number'),
  signal: optional('string'),
  oomKilled: 'boolean',
  timedOut: 'boolean',
  durationMs: 'number',
  memoryPeakBytes: optional('number'),
  memoryLimitBytes: optional('number'),
  statements: listOf(statement),
};

const load: Shape = {
  plannedRate: 'number',
  achievedRate: 'number',
  transactions: 'number',
  failed: 'number',
  failedBySqlstate: {},
  latencyMs: latency,
  baselineLatencyMs: latency,
  blockedMs: 'number',
  blockedMsMax: 'number',
  queueDepthMax: 'number',
  lagMsP99: 'number',
  coverage: listOf({ relation, planned: 'number', seen: 'number' }),
  series: 'any',
};

const run: Shape = {
  id: 'string',
  scenario,
  startsFrom: 'string',
  outcome: oneOf('completed', 'failed', 'not-run'),
  cloneMs: 'number',
  durationMs: 'number',
  fault: optional({
    kind: oneOf(...faults),
    phase: 'string',
    ordinal: 'number',
    moment: oneOf('before', 'during', 'after'),
    mode: optional(mode),
    relation: optional(relation),
  }),
  aftermath: optional({
    schemaEqual: nullable('boolean'),
    ledgerEqual: nullable('boolean'),
    leftovers: listOf('string'),
    previousStarts: nullable('boolean'),
    nextStarts: nullable('boolean'),
    retry: optional({ exitCode: nullable('number'), converged: nullable('boolean') }),
  }),
  migration: listOf(attempt),
  load: optional(load),
  standby: optional({
    lagBytesMax: 'number',
    lagMsMax: 'number',
    cancelledQueries: 'number',
    replayBlockedMs: 'number',
    sameSchema: nullable('boolean'),
  }),
};

const cell: Shape = {
  app,
  boot: oneOf('running', 'fresh'),
  state: matching(/^(before|after .+?)( in .+)?$/),
  gates: 'boolean',
  outcome,
  probes: listOf({ name: 'string', outcome, detail: 'string' }),
  sqlErrors: listOf({ sqlstate: 'string', message: 'string', sql: 'string', count: 'number' }),
};

const finding: Shape = {
  check: matching(/^[a-z]+(-[a-z]+)*$/),
  severity: oneOf('blocks', 'warns'),
  title: 'string',
  summary: 'string',
  scenario,
  phase: optional('string'),
  ordinal: optional('number'),
  file: optional('string'),
  line: optional('number'),
  relation: optional(relation),
  app: optional(app),
  state: optional('string'),
  evidence: { runs: listOf('string') },
  remedy: { text: 'string', sql: optional('string') },
  waivedBy: optional('string'),
};

const report: Shape = {
  reportVersion: oneOf(1),
  rehearsalId: 'string',
  service: 'string',
  version: 'string',
  previous: 'string',
  environment: 'string',
  seed: 'number',
  verdict: oneOf('pass', 'fail', 'inconclusive'),
  sentence: 'string',
  harm: oneOf('none', 'refused', 'harmed', 'unknown'),
  startedAt: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
  durationMs: 'number',
  digests: {
    bundle: digest,
    snapshot: digest,
    rules: digest,
    previousApp: nullable(digest),
    nextApp: nullable(digest),
  },
  snapshot: {
    name: 'string',
    version: 'string',
    dataAsOf: nullable('string'),
    bytes: 'number',
    cloneMethod: oneOf('reflink', 'copy'),
  },
  host: {
    kind: oneOf('docker', 'process'),
    postgres: 'string',
    memoryLimit: oneOf('cgroup', 'watchdog', 'none'),
    cpus: 'number',
    memoryBytes: 'number',
  },
  runs: listOf(run),
  compatibility: { overlap: oneOf('rolling', 'canary', 'code-first', 'stop-the-world'), cells: listOf(cell) },
  findings: listOf(finding),
  checks: listOf({
    id: 'string',
    outcome: oneOf('clear', 'found', 'undetermined', 'broken', 'not-applicable'),
    reason: optional('string'),
  }),
  recovery: listOf({
    state: 'string',
    choose: oneOf('forward-fix', 'roll-back', 'retry'),
    because: 'string',
    sql: optional('string'),
  }),
  notTested: listOf({ what: 'string', because: 'string' }),
};
