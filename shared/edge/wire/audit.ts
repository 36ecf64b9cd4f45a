import Type, { type Static } from 'typebox';
import { orNull, TimeSchema } from './words.ts';

export const AuditEntrySchema = Type.Object(
  {
    id: Type.Integer(),
    at: TimeSchema,
    action: Type.String({ description: 'What was done' }),
    actor: Type.String({ description: 'Name of the token, or of the worker' }),
    service: orNull(Type.String()),
    subject: Type.String({ description: 'What it was done to' }),
    requestId: orNull(Type.String()),
    detail: Type.Unknown(),
  },
  { $id: 'AuditEntry' },
);
export type WireAuditEntry = Static<typeof AuditEntrySchema>;

export const AuditListSchema = Type.Object(
  {
    items: Type.Array(AuditEntrySchema),
    cursor: orNull(Type.String({ description: 'Give it back for the next page' })),
  },
  { $id: 'AuditList' },
);
