import Type, { type Static } from 'typebox';

/** RFC 9457 problem document: the body of every error, `application/problem+json`. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Stable URI-reference of the kind, /problems/<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable, lower-case words with dashes' }),
    detail: Type.String(),
    remedy: Type.String(),
    problems: Type.Array(
      Type.Object({
        file: Type.Optional(Type.String()),
        line: Type.Optional(Type.Integer()),
        key: Type.Optional(Type.String()),
        message: Type.String(),
        nearest: Type.Optional(Type.String()),
      }),
    ),
  },
  { $id: 'Problem' },
);
export type WireProblem = Static<typeof ProblemSchema>;
