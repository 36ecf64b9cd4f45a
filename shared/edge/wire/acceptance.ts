import Type, { type Static } from 'typebox';
import { AppNameSchema, DigestSchema, TimeSchema } from './words.ts';

const text = { minLength: 1, maxLength: 2_000 } as const;
const until = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T.+)?$',
  description: 'A day (valid to its end in UTC) or a point in time',
});

export const WaiverRequestSchema = Type.Object(
  {
    service: Type.String(text),
    check: Type.String(text),
    relation: Type.Optional(Type.String(text)),
    phase: Type.Optional(Type.String(text)),
    app: Type.Optional(AppNameSchema),
    by: Type.String(text),
    reason: Type.String(text),
    until,
  },
  { $id: 'WaiverRequest', additionalProperties: false },
);
export type WaiverRequest = Static<typeof WaiverRequestSchema>;

export const OverrideRequestSchema = Type.Object(
  {
    service: Type.String(text),
    version: Type.String(text),
    environment: Type.Optional(Type.String(text)),
    bundle: Type.Optional(DigestSchema),
    by: Type.String({ ...text, description: 'The owner of the decision' }),
    reason: Type.String(text),
    until,
  },
  { $id: 'OverrideRequest', additionalProperties: false },
);
export type OverrideRequest = Static<typeof OverrideRequestSchema>;

export const AcceptanceSchema = Type.Object(
  { id: Type.Integer(), expiresAt: TimeSchema },
  { $id: 'Acceptance', additionalProperties: true },
);

export const TokenRequestSchema = Type.Object(
  {
    name: Type.String(text),
    scopes: Type.Array(
      Type.Union([
        Type.Literal('submit'),
        Type.Literal('read'),
        Type.Literal('gate'),
        Type.Literal('waive'),
        Type.Literal('admin'),
      ]),
      { minItems: 1 },
    ),
  },
  { $id: 'TokenRequest', additionalProperties: false },
);
export type TokenRequest = Static<typeof TokenRequestSchema>;
