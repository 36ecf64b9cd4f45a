import Type from 'typebox';
import { AppNameSchema, ScenarioSchema, SeveritySchema } from './words.ts';

const outcome = <Word extends string>(word: Word) =>
  Type.Object({
    id: Type.String(),
    outcome: Type.Literal(word),
    reason: Type.Optional(Type.String()),
    severity: Type.Optional(SeveritySchema),
  });
const found = Type.Object({
  id: Type.String(),
  outcome: Type.Literal('found'),
  reason: Type.Optional(Type.String()),
  alsoLacks: Type.Optional(Type.Array(Type.String())),
  severity: Type.Optional(SeveritySchema),
});
const reasoned = <Word extends string>(word: Word) =>
  Type.Object({
    id: Type.String(),
    outcome: Type.Literal(word),
    reason: Type.String(),
    severity: Type.Optional(SeveritySchema),
  });

export const CheckOutcomeSchema = Type.Union(
  [outcome('clear'), found, reasoned('undetermined'), reasoned('broken'), reasoned('not-applicable')],
  { $id: 'CheckOutcome' },
);

export const FindingSchema = Type.Object(
  {
    check: Type.String(),
    severity: SeveritySchema,
    title: Type.String(),
    summary: Type.String(),
    scenario: ScenarioSchema,
    phase: Type.Optional(Type.String()),
    ordinal: Type.Optional(Type.Number()),
    file: Type.Optional(Type.String()),
    line: Type.Optional(Type.Number()),
    endLine: Type.Optional(Type.Number()),
    relation: Type.Optional(Type.String()),
    app: Type.Optional(AppNameSchema),
    state: Type.Optional(Type.String()),
    evidence: Type.Intersect([
      Type.Object({ runs: Type.Array(Type.String()) }),
      Type.Record(Type.String(), Type.Unknown()),
    ]),
    remedy: Type.Object({ text: Type.String(), sql: Type.Optional(Type.String()) }),
    waivedBy: Type.Optional(Type.String()),
    waivedUntil: Type.Optional(Type.String()),
  },
  { $id: 'Finding' },
);

export const RecoverySchema = Type.Object({
  state: Type.String(),
  choose: Type.Union([Type.Literal('forward-fix'), Type.Literal('roll-back'), Type.Literal('retry')]),
  because: Type.String(),
  loses: Type.Optional(
    Type.Array(
      Type.Object({
        relation: Type.String(),
        rows: Type.Optional(Type.Number()),
        columns: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  ),
  sql: Type.Optional(Type.String()),
});

const outcomes = Type.Union([Type.Literal('pass'), Type.Literal('fail'), Type.Literal('not-run')]);

export const CellSchema = Type.Object({
  app: AppNameSchema,
  boot: Type.Union([Type.Literal('running'), Type.Literal('fresh')]),
  state: Type.String(),
  gates: Type.Boolean(),
  outcome: outcomes,
  probes: Type.Array(Type.Object({ name: Type.String(), outcome: outcomes, detail: Type.String() })),
  sqlErrors: Type.Array(
    Type.Object({ sqlstate: Type.String(), message: Type.String(), sql: Type.String(), count: Type.Number() }),
  ),
  because: Type.Optional(Type.String()),
});
