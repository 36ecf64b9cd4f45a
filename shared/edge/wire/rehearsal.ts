import Type, { type Static } from 'typebox';
import { DigestSchema, orNull, TimeSchema, VerdictSchema } from './words.ts';

export const StatusSchema = Type.Union([
  Type.Literal('queued'),
  Type.Literal('running'),
  Type.Literal('judged'),
  Type.Literal('cancelled'),
  Type.Literal('failed'),
]);

export const PrioritySchema = Type.Union([Type.Literal('normal'), Type.Literal('high')]);

/** Why no live worker can take it. */
export const WaitingSchema = Type.Object({
  lacks: Type.Union([
    Type.Literal('worker'),
    Type.Literal('engine'),
    Type.Literal('snapshot'),
    Type.Literal('major'),
    Type.Literal('disk'),
    Type.Literal('memory'),
  ]),
  says: Type.String(),
});

export const LinksSchema = Type.Object({
  self: Type.String(),
  events: Type.String(),
  report: Type.String(),
  page: Type.String(),
});

export const RehearsalSchema = Type.Object(
  {
    id: Type.String({ pattern: '^rh-[0-9a-f]{16}$' }),
    status: StatusSchema,
    attempt: Type.Integer({ description: 'From 1; a rerun asks the same question again' }),
    service: Type.String(),
    version: Type.String(),
    environment: Type.String(),
    owners: Type.Array(Type.String()),
    verdict: orNull(VerdictSchema),
    sentence: orNull(Type.String()),
    digests: Type.Object({ bundle: DigestSchema, rules: DigestSchema }),
    snapshot: Type.String({ description: 'name@version, or sql where the bundle brings its own' }),
    seed: Type.Integer(),
    priority: PrioritySchema,
    waiting: orNull(WaitingSchema),
    sources: Type.Array(Type.Object({ branch: Type.String(), commit: orNull(Type.String()) }), {
      description: 'Branches and commits that it was submitted from, as their submitters named them; newest first',
    }),
    createdAt: TimeSchema,
    startedAt: orNull(TimeSchema),
    finishedAt: orNull(TimeSchema),
    problem: orNull(
      Type.Object({
        fault: Type.String({ description: 'bundle, policy, machine, deadline or ours' }),
        type: Type.String(),
        title: Type.String(),
        code: Type.String(),
        detail: Type.String(),
        remedy: Type.String(),
        problems: Type.Array(Type.Object({ message: Type.String() })),
      }),
    ),
    links: LinksSchema,
  },
  { $id: 'Rehearsal' },
);
export type WireRehearsal = Static<typeof RehearsalSchema>;

export const RehearsalListSchema = Type.Object(
  {
    items: Type.Array(RehearsalSchema),
    cursor: orNull(Type.String({ description: 'Give it back for the next page' })),
  },
  { $id: 'RehearsalList' },
);

/** One server-sent event: `id` is its number, `event` its kind, `data` its content. */
export const EventSchema = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('status'),
      content: Type.Object({ status: StatusSchema, waiting: Type.Optional(orNull(WaitingSchema)) }),
    }),
    Type.Object({
      kind: Type.Literal('planned'),
      content: Type.Object({ runs: Type.Array(Type.Object({ id: Type.String(), scenario: Type.String() })) }),
    }),
    Type.Object({
      kind: Type.Literal('started'),
      content: Type.Object({ id: Type.String(), scenario: Type.String(), worker: Type.String() }),
    }),
    Type.Object({
      kind: Type.Literal('run'),
      content: Type.Object({
        id: Type.String(),
        scenario: Type.String(),
        outcome: Type.String(),
        durationMs: Type.Number(),
      }),
    }),
    Type.Object({
      kind: Type.Literal('sighting'),
      content: Type.Object({ check: Type.String(), title: Type.String() }),
    }),
    Type.Object({
      kind: Type.Literal('finding'),
      content: Type.Object({ check: Type.String(), title: Type.String() }),
    }),
    Type.Object({
      kind: Type.Literal('verdict'),
      content: Type.Object({ verdict: VerdictSchema, sentence: Type.String() }),
    }),
  ],
  { $id: 'Event' },
);
export type WireEvent = Static<typeof EventSchema>;
