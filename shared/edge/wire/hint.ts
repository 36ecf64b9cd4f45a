import Type from 'typebox';

/** What a linter reads out of the SQL, beside what was observed. */
export const HintSchema = Type.Object(
  {
    file: Type.String(),
    line: Type.Number(),
    rule: Type.String(),
    message: Type.String(),
    status: Type.Union([
      Type.Literal('confirmed'),
      Type.Literal('not-observed'),
      Type.Literal('not-looked'),
      Type.Literal('not-predicted'),
    ]),
    because: Type.String(),
  },
  { $id: 'Hint' },
);
