import Type, { type Static } from 'typebox';
import { orNull, TimeSchema, VerdictSchema } from './words.ts';

export const GateAnswerSchema = Type.Object(
  {
    answer: Type.Union([Type.Literal('allow'), Type.Literal('block')]),
    service: Type.String(),
    version: Type.String(),
    environment: Type.String(),
    bundle: orNull(Type.String()),
    image: Type.Optional(Type.String()),
    reasons: Type.Array(Type.Object({ code: Type.String(), text: Type.String() })),
    evidence: Type.Array(
      Type.Object({
        id: Type.String(),
        bundle: Type.String(),
        status: Type.String(),
        verdict: orNull(VerdictSchema),
        finishedAt: orNull(TimeSchema),
      }),
    ),
  },
  { $id: 'GateAnswer' },
);
export type WireGateAnswer = Static<typeof GateAnswerSchema>;
