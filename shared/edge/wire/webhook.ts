import Type, { type Static } from 'typebox';
import { webhookEvents } from '../ports/webhooks.ts';
import { orNull } from './words.ts';

const EventSchema = Type.Enum([...webhookEvents]);

export const WebhookRequestSchema = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    service: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    events: Type.Optional(Type.Array(EventSchema, { minItems: 1, uniqueItems: true })),
  },
  { additionalProperties: false },
);

export const WebhookSchema = Type.Object({
  id: Type.String(),
  url: Type.String(),
  service: orNull(Type.String()),
  events: Type.Array(EventSchema),
  createdBy: Type.String(),
  createdAt: Type.String(),
  failingSince: orNull(Type.String()),
  lastFailure: orNull(Type.String()),
  disabledAt: orNull(Type.String()),
});
export type WireWebhook = Static<typeof WebhookSchema>;

export const WebhookListSchema = Type.Object({ items: Type.Array(WebhookSchema) });
