import Type from 'typebox';
import { AppNameSchema } from './words.ts';

export const OverlapSchema = Type.Union([
  Type.Literal('rolling'),
  Type.Literal('canary'),
  Type.Literal('code-first'),
  Type.Literal('stop-the-world'),
]);

/** `compatibility.order` of a report. */
export const DeployOrderSchema = Type.Object({
  safe: Type.Array(OverlapSchema),
  unsafe: Type.Array(
    Type.Object({ overlap: OverlapSchema, app: AppNameSchema, state: Type.String(), because: Type.String() }),
  ),
  unknown: Type.Array(Type.Object({ overlap: OverlapSchema, because: Type.String() })),
  pointOfNoReturn: Type.Optional(Type.String()),
  nextWorksFrom: Type.Optional(Type.String()),
  split: Type.Optional(
    Type.Array(
      Type.Object({
        step: Type.Union([Type.Literal('expand'), Type.Literal('contract')]),
        change: Type.Union([Type.Literal('rename'), Type.Literal('drop'), Type.Literal('change')]),
        object: Type.String(),
        becomes: Type.Optional(Type.String()),
        sql: Type.Optional(Type.String()),
      }),
    ),
  ),
  proposal: Type.String(),
});
