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
    environment: Type.Optional(Type.String({ ...text, description: 'Absent: in every environment' })),
    bundle: Type.Optional(DigestSchema),
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

const given = {
  id: Type.Integer(),
  by: Type.String(),
  reason: Type.String(),
  expiresAt: TimeSchema,
  createdAt: TimeSchema,
};

export const WaiverSchema = Type.Object(
  {
    ...given,
    service: Type.String(),
    check: Type.String(),
    relation: Type.Optional(Type.String()),
    phase: Type.Optional(Type.String()),
    app: Type.Optional(AppNameSchema),
    environment: Type.Optional(Type.String()),
    bundleDigest: Type.Optional(DigestSchema),
  },
  { $id: 'Waiver', additionalProperties: true },
);
export type WireWaiver = Static<typeof WaiverSchema>;

export const OverrideSchema = Type.Object(
  {
    ...given,
    service: Type.String(),
    version: Type.String(),
    environment: Type.String(),
    bundleDigest: Type.Optional(DigestSchema),
  },
  { $id: 'Override', additionalProperties: true },
);
export type WireOverride = Static<typeof OverrideSchema>;
