import Type, { type Static } from 'typebox';
import { nameCharsMax } from '../../domain/bundle.ts';
import { AppNameSchema, DigestSchema, TimeSchema } from './words.ts';

const text = (maxLength: number) => ({ minLength: 1, maxLength }) as const;
const name = text(nameCharsMax);
const reason = text(2_000);
/**
 * Check and relation, or version and environment, are one subject in the audit log. Its index takes a third of a page a
 * row, 2,704 bytes, and a character may be four of them: https://www.postgresql.org/docs/current/btree.html
 */
const subject = { check: text(150), relation: text(400), environment: text(150) };
const until = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T.+)?$',
  description: 'A day (valid to its end in UTC) or a point in time, which is in UTC where it names no zone',
});

export const WaiverRequestSchema = Type.Object(
  {
    service: Type.String(name),
    check: Type.String(subject.check),
    relation: Type.Optional(Type.String(subject.relation)),
    phase: Type.Optional(Type.String(name)),
    app: Type.Optional(AppNameSchema),
    environment: Type.Optional(Type.String({ ...name, description: 'Absent: in every environment' })),
    bundle: Type.Optional(DigestSchema),
    by: Type.String(name),
    reason: Type.String(reason),
    until,
  },
  { $id: 'WaiverRequest', additionalProperties: false },
);
export type WaiverRequest = Static<typeof WaiverRequestSchema>;

export const OverrideRequestSchema = Type.Object(
  {
    service: Type.String(name),
    version: Type.String(name),
    environment: Type.Optional(Type.String(subject.environment)),
    bundle: Type.Optional(DigestSchema),
    by: Type.String({ ...name, description: 'The owner of the decision' }),
    reason: Type.String(reason),
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
