import Type, { type Static } from 'typebox';
import { orNull, TimeSchema } from './words.ts';

const text = { minLength: 1, maxLength: 500 } as const;
const Scope = Type.Union([
  Type.Literal('submit'),
  Type.Literal('read'),
  Type.Literal('gate'),
  Type.Literal('waive'),
  Type.Literal('admin'),
]);

export const TokenRequestSchema = Type.Object(
  {
    name: Type.String(text),
    scopes: Type.Array(Scope, { minItems: 1 }),
    service: Type.Optional(Type.String({ ...text, description: 'Absent: good for every service' })),
    until: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}(T.+)?$', description: 'Absent: until it is revoked' }),
    ),
  },
  { $id: 'TokenRequest', additionalProperties: false },
);
export type TokenRequest = Static<typeof TokenRequestSchema>;

const stored = {
  id: Type.String({ description: 'Names it in other calls; it is not the token' }),
  name: Type.String(),
  scopes: Type.Array(Scope),
  service: Type.Optional(Type.String()),
  createdAt: TimeSchema,
  expiresAt: orNull(TimeSchema),
  lastUsedAt: orNull(TimeSchema),
  revokedAt: orNull(TimeSchema),
};

export const TokenSchema = Type.Object(stored, { $id: 'Token' });
export const MadeTokenSchema = Type.Object({ ...stored, token: Type.String({ description: 'Shown once' }) });
