import Type, { type Static } from 'typebox';
import { RehearsalSchema, StatusSchema } from './rehearsal.ts';
import { orNull, SeveritySchema, TimeSchema, VerdictSchema } from './words.ts';

const ComparedFinding = Type.Object({
  check: Type.String(),
  severity: SeveritySchema,
  title: Type.String(),
  relation: orNull(Type.String()),
  file: orNull(Type.String()),
  line: orNull(Type.Number()),
  waivedBy: orNull(Type.String()),
});
export type WireComparedFinding = Static<typeof ComparedFinding>;

export const ComparisonSchema = Type.Object(
  {
    rehearsal: RehearsalSchema,
    against: Type.Array(
      Type.Object({
        base: Type.Union([Type.Literal('branch'), Type.Literal('main'), Type.Literal('chosen')]),
        branch: orNull(Type.String({ description: 'null: nobody named one; then the service’s previous rehearsal' })),
        rehearsal: orNull(RehearsalSchema),
        changes: orNull(
          Type.Object({
            appeared: Type.Array(ComparedFinding),
            gone: Type.Array(ComparedFinding),
            same: Type.Array(ComparedFinding),
          }),
        ),
      }),
    ),
  },
  { $id: 'Comparison' },
);
export type WireComparison = Static<typeof ComparisonSchema>;

export const TrendSchema = Type.Object(
  {
    service: Type.String(),
    environment: Type.String(),
    items: Type.Array(
      Type.Object({
        id: Type.String(),
        version: Type.String(),
        verdict: VerdictSchema,
        branches: Type.Array(Type.String()),
        finishedAt: TimeSchema,
        durationMs: Type.Number(),
        blocks: Type.Integer(),
        warns: Type.Integer(),
      }),
      { description: 'Oldest first; every judged rehearsal, reds that were followed by a green among them' },
    ),
  },
  { $id: 'Trend' },
);
export type WireTrend = Static<typeof TrendSchema>;

export const ProgressSchema = Type.Object(
  {
    status: StatusSchema,
    /** Median of the service's newest judged rehearsals; null: there are none. */
    usualMs: orNull(Type.Number()),
    startedAt: orNull(TimeSchema),
    /** The service's clock: a reader's own may be wrong. */
    now: TimeSchema,
    runs: Type.Array(
      Type.Object({
        id: Type.String(),
        scenario: Type.String(),
        outcome: orNull(Type.String()),
        worker: orNull(Type.String()),
        startedAt: orNull(TimeSchema),
        finishedAt: orNull(TimeSchema),
      }),
    ),
  },
  { $id: 'Progress' },
);
export type WireProgress = Static<typeof ProgressSchema>;
