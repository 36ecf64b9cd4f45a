import Type from 'typebox';

const LatencySchema = Type.Object({ p50: Type.Number(), p95: Type.Number(), p99: Type.Number(), max: Type.Number() });
const bySqlstate = Type.Record(Type.String(), Type.Number());

export const SteppedMaximaSchema = Type.Object({
  fromMs: Type.Number(),
  stepMs: Type.Number(),
  most: Type.Array(Type.Union([Type.Number(), Type.Null()])),
});

const LatencyMapSchema = Type.Object({
  fromMs: Type.Number(),
  stepMs: Type.Number(),
  latencyUpToMs: Type.Array(Type.Number()),
  counts: Type.Array(Type.Array(Type.Number())),
  failures: Type.Array(Type.Object({ sqlstate: Type.String(), counts: Type.Array(Type.Number()) })),
});

export const LoadSchema = Type.Object({
  plannedRate: Type.Number(),
  achievedRate: Type.Number(),
  transactions: Type.Number(),
  failed: Type.Number(),
  failedBySqlstate: bySqlstate,
  baselineFailedBySqlstate: bySqlstate,
  latencyMs: LatencySchema,
  baselineLatencyMs: LatencySchema,
  blockedMs: Type.Number(),
  blockedMsMax: Type.Number(),
  blockedTransactions: Type.Number(),
  queueDepthMax: Type.Number(),
  lagMsP99: Type.Number(),
  coverage: Type.Array(Type.Object({ relation: Type.String(), planned: Type.Number(), seen: Type.Number() })),
  preparedAgain: Type.Optional(Type.Number()),
  series: Type.Array(
    Type.Object({
      atMs: Type.Number(),
      transactions: Type.Number(),
      failed: Type.Number(),
      p50Ms: Type.Number(),
      maxMs: Type.Number(),
    }),
  ),
  latencyMap: Type.Optional(LatencyMapSchema),
});
