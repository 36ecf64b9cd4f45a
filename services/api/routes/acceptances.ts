import Type from 'typebox';
import {
  OverrideRequestSchema,
  OverrideSchema,
  WaiverRequestSchema,
  WaiverSchema,
} from '../../../shared/edge/wire/acceptance.ts';
import { actorOf } from '../authenticate.ts';
import { expiryOf } from '../expiry.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const OfService = Type.Object({ service: Type.Optional(Type.String({ minLength: 1 })) });

export function acceptanceRoutes(app: Api, { store }: ApiParts): void {
  app.post(
    '/v1/waivers',
    {
      config: { scope: 'waive', bound: 'body' },
      schema: {
        summary: "A named person's acceptance of one finding, with reason and expiry",
        body: WaiverRequestSchema,
        response: { 201: WaiverSchema },
      },
    },
    async (request, reply) => {
      const { until, bundle, ...waiver } = request.body;
      const named = { ...waiver, ...(bundle === undefined ? {} : { bundleDigest: bundle }) };
      return reply
        .code(201)
        .send(await store.acceptances.waive({ ...named, expiresAt: expiryOf(until) }, actorOf(request)));
    },
  );

  app.get(
    '/v1/waivers',
    {
      config: { scope: 'read', bound: 'query' },
      schema: {
        summary: 'Every waiver that was ever given, oldest first, expired ones too',
        querystring: OfService,
        response: { 200: Type.Object({ items: Type.Array(WaiverSchema) }) },
      },
    },
    async ({ query }) => ({ items: await store.acceptances.waivers(query.service) }),
  );

  app.post(
    '/v1/overrides',
    {
      config: { scope: 'waive', bound: 'body' },
      schema: {
        summary: 'A deploy past a red gate, with reason, owner and expiry',
        body: OverrideRequestSchema,
        response: { 201: OverrideSchema },
      },
    },
    async (request, reply) => {
      const { until, bundle, environment, ...override } = request.body;
      const stored = await store.acceptances.override(
        {
          ...override,
          environment: environment ?? 'production',
          ...(bundle === undefined ? {} : { bundleDigest: bundle }),
          expiresAt: expiryOf(until),
        },
        actorOf(request),
      );
      return reply.code(201).send(stored);
    },
  );

  app.get(
    '/v1/overrides',
    {
      config: { scope: 'read', bound: 'query' },
      schema: {
        summary: 'Every override that was ever given, oldest first, expired ones too',
        querystring: OfService,
        response: { 200: Type.Object({ items: Type.Array(OverrideSchema) }) },
      },
    },
    async ({ query }) => ({ items: await store.acceptances.overrides(query.service) }),
  );
}
