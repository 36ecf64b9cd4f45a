import Type, { type Static } from 'typebox';
import { RehearsalSchema } from './rehearsal.ts';
import { AppNameSchema, orNull, TimeSchema } from './words.ts';

const text = Type.String();

const BoardItem = Type.Object({
  ...RehearsalSchema.properties,
  gate: orNull(
    Type.Object({
      answer: Type.Union([Type.Literal('allow'), Type.Literal('block')]),
      reasons: Type.Array(Type.Object({ code: text, text })),
    }),
  ),
  snapshotAsOf: orNull(Type.String({ description: 'When its data was taken from production; null: not applicable' })),
  blocking: Type.Array(
    Type.Object({
      check: text,
      title: text,
      relation: orNull(text),
      phase: orNull(text),
      app: orNull(AppNameSchema),
      waivedBy: orNull(text),
    }),
  ),
});
export type WireBoardItem = Static<typeof BoardItem>;

export const BoardSchema = Type.Object(
  {
    items: Type.Array(BoardItem, {
      description:
        'The newest rehearsal of every service, version and environment; the gate is asked for the newest versions of each',
    }),
    waivers: Type.Array(
      Type.Object({
        id: Type.Integer(),
        service: text,
        check: text,
        relation: orNull(text),
        phase: orNull(text),
        app: orNull(AppNameSchema),
        environment: Type.Optional(text),
        bundleDigest: Type.Optional(text),
        by: text,
        reason: text,
        expiresAt: TimeSchema,
      }),
    ),
    overrides: Type.Array(
      Type.Object({
        id: Type.Integer(),
        service: text,
        version: text,
        environment: text,
        bundle: orNull(text),
        by: text,
        reason: text,
        expiresAt: TimeSchema,
      }),
    ),
  },
  { $id: 'Board' },
);
export type WireBoard = Static<typeof BoardSchema>;
