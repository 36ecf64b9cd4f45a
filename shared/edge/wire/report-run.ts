import Type from 'typebox';
import { LoadSchema, SteppedMaximaSchema } from './load.ts';
import { orNull, ScenarioSchema } from './words.ts';

const LockSchema = Type.Object({
  relation: Type.String(),
  mode: Type.Union([
    Type.Literal('AccessShareLock'),
    Type.Literal('RowShareLock'),
    Type.Literal('RowExclusiveLock'),
    Type.Literal('ShareUpdateExclusiveLock'),
    Type.Literal('ShareLock'),
    Type.Literal('ShareRowExclusiveLock'),
    Type.Literal('ExclusiveLock'),
    Type.Literal('AccessExclusiveLock'),
  ]),
  heldMs: Type.Number(),
  source: Type.Union([Type.Literal('held'), Type.Literal('traced'), Type.Literal('waited'), Type.Literal('derived')]),
});

const StatementSchema = Type.Object({
  ordinal: Type.Number(),
  sql: Type.String(),
  file: Type.Optional(Type.String()),
  line: Type.Optional(Type.Number()),
  startedAtMs: Type.Number(),
  durationMs: Type.Number(),
  waitedMs: Type.Number(),
  transaction: orNull(Type.Number()),
  rows: Type.Number(),
  sqlstate: Type.Optional(Type.String()),
  message: Type.Optional(Type.String()),
  locks: Type.Array(LockSchema),
  rewrote: Type.Array(Type.String()),
  walBytes: Type.Number(),
});

const AttemptSchema = Type.Object({
  phase: Type.String(),
  attempt: Type.Number(),
  exitCode: orNull(Type.Number()),
  signal: Type.Optional(Type.String()),
  oomKilled: Type.Boolean(),
  timedOut: Type.Boolean(),
  durationMs: Type.Number(),
  memoryPeakBytes: Type.Optional(Type.Number()),
  memoryLimitBytes: Type.Optional(Type.Number()),
  memory: Type.Optional(SteppedMaximaSchema),
  statements: Type.Array(StatementSchema),
});

const FaultSchema = Type.Object({
  kind: Type.Union([
    Type.Literal('lock'),
    Type.Literal('kill-command'),
    Type.Literal('kill-backend'),
    Type.Literal('kill-server'),
    Type.Literal('cut-connection'),
    Type.Literal('out-of-memory'),
  ]),
  phase: Type.String(),
  ordinal: Type.Number(),
  moment: Type.Union([Type.Literal('before'), Type.Literal('during'), Type.Literal('after')]),
  mode: Type.Optional(Type.String()),
  relation: Type.Optional(Type.String()),
  heldFromMs: Type.Optional(Type.Number()),
  heldMs: Type.Optional(Type.Number()),
});

const QueuePartySchema = Type.Object({
  role: Type.Union([
    Type.Literal('migration'),
    Type.Literal('traffic'),
    Type.Literal('actor'),
    Type.Literal('previous'),
    Type.Literal('next'),
    Type.Literal('other'),
  ]),
  ordinal: Type.Optional(Type.Number()),
  worker: Type.Optional(Type.String()),
  phase: Type.Optional(Type.String()),
});

const LockQueueSchema = Type.Object({
  waiter: QueuePartySchema,
  behind: QueuePartySchema,
  relation: Type.String(),
  waits: Type.Number(),
  longestMs: Type.Number(),
  atOnce: SteppedMaximaSchema,
});

const AftermathSchema = Type.Object({
  schemaEqual: orNull(Type.Boolean()),
  ledgerEqual: orNull(Type.Boolean()),
  leftovers: Type.Array(Type.String()),
  previousStarts: orNull(Type.Boolean()),
  nextStarts: orNull(Type.Boolean()),
  retry: Type.Optional(Type.Object({ exitCode: orNull(Type.Number()), converged: orNull(Type.Boolean()) })),
});

const StandbySchema = Type.Object({
  lagBytesMax: Type.Number(),
  lagMsMax: Type.Number(),
  lag: Type.Optional(Type.Object({ bytes: SteppedMaximaSchema, ms: SteppedMaximaSchema })),
  cancelledQueries: Type.Number(),
  replayBlockedMs: Type.Number(),
  sameSchema: orNull(Type.Boolean()),
});

export const ReportRunSchema = Type.Object(
  {
    id: Type.String(),
    scenario: ScenarioSchema,
    startsFrom: Type.String(),
    outcome: Type.Union([Type.Literal('completed'), Type.Literal('failed'), Type.Literal('not-run')]),
    why: Type.Optional(Type.String()),
    cloneMs: Type.Number(),
    durationMs: Type.Number(),
    fault: Type.Optional(FaultSchema),
    aftermath: Type.Optional(AftermathSchema),
    migration: Type.Array(AttemptSchema),
    load: Type.Optional(LoadSchema),
    queues: Type.Optional(Type.Array(LockQueueSchema)),
    standby: Type.Optional(StandbySchema),
  },
  { $id: 'ReportRun' },
);
