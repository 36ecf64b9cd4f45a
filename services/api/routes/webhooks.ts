import { randomBytes } from 'node:crypto';
import Type from 'typebox';
import { type StoredWebhook, webhookEvents } from '../../../shared/edge/ports/webhooks.ts';
import {
  WebhookListSchema,
  WebhookRequestSchema,
  WebhookSchema,
  type WireWebhook,
} from '../../../shared/edge/wire/webhook.ts';
import { checkedAddress } from '../../integrations/webhooks/guard-address.ts';
import { actorOf } from '../authenticate.ts';
import { refuse } from '../problems.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const IdParams = Type.Object({ id: Type.String() });

export function webhookRoutes(app: Api, { store, webhookNetworks = [] }: ApiParts): void {
  app.post(
    '/v1/webhooks',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Be told of rehearsals by Standard Webhooks; the secret is shown in this answer only',
        body: WebhookRequestSchema,
        response: { 201: Type.Intersect([WebhookSchema, Type.Object({ secret: Type.String() })]) },
      },
    },
    async (request, reply) => {
      const { url, service, events } = request.body;
      const parsed = parseUrl(url);
      // Judged again at every attempt: a name may lead elsewhere by then.
      await checkedAddress(parsed, webhookNetworks);
      const secret = randomBytes(secretBytes);
      const webhook = await store.webhooks.add(
        {
          url: parsed.href,
          ...(service === undefined ? {} : { service }),
          events: events ?? webhookEvents,
        },
        secret,
        actorOf(request),
      );
      return reply.code(201).send({ ...present(webhook), secret: `whsec_${secret.toString('base64')}` });
    },
  );

  app.get(
    '/v1/webhooks',
    {
      config: { scope: 'admin' },
      schema: { summary: 'Who is told, and who does not answer', response: { 200: WebhookListSchema } },
    },
    async () => ({ items: (await store.webhooks.list()).map(present) }),
  );

  app.delete(
    '/v1/webhooks/:id',
    {
      config: { scope: 'admin' },
      schema: { summary: 'Tell it nothing more', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await store.webhooks.remove(id, actorOf(request)))) throw unknownWebhook(id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/webhooks/:id/enable',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Try a disabled one again, from the next event on',
        params: IdParams,
        response: { 200: WebhookSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const webhook = await store.webhooks.enable(id, actorOf(request));
      if (webhook === null) throw unknownWebhook(id);
      return present(webhook);
    },
  );
}

/** Standard Webhooks asks for 24 to 64. */
const secretBytes = 32;

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url;
  throw refuse(
    'invalid-request',
    'The body is not valid.',
    'Give an address as https://host/path, without a password.',
    [{ key: 'body.url', message: 'must be an address of https or http without user and password' }],
  );
}

function present(webhook: StoredWebhook): WireWebhook {
  return {
    id: webhook.id,
    url: webhook.url,
    service: webhook.service ?? null,
    events: [...webhook.events],
    createdBy: webhook.createdBy,
    createdAt: webhook.createdAt.toISOString(),
    failingSince: webhook.failingSince?.toISOString() ?? null,
    lastFailure: webhook.lastFailure,
    disabledAt: webhook.disabledAt?.toISOString() ?? null,
  };
}

const unknownWebhook = (id: string): Error =>
  refuse('unknown-webhook', `There is no webhook ${id}.`, 'List the known ones with GET /v1/webhooks.');
