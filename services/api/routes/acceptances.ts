import { randomBytes } from 'node:crypto';
import Type from 'typebox';
import {
  AcceptanceSchema,
  OverrideRequestSchema,
  TokenRequestSchema,
  WaiverRequestSchema,
} from '../../../shared/edge/wire/acceptance.ts';
import { refuse } from '../problems.ts';
import type { Api, ApiParts } from '../type-provider.ts';

export function acceptanceRoutes(app: Api, { store }: ApiParts): void {
  app.post(
    '/v1/waivers',
    {
      config: { scope: 'waive' },
      schema: {
        summary: "A named person's acceptance of one finding, with reason and expiry",
        body: WaiverRequestSchema,
        response: { 201: AcceptanceSchema },
      },
    },
    async ({ body: { until, ...waiver } }, reply) =>
      reply.code(201).send(await store.acceptances.waive({ ...waiver, expiresAt: expiryOf(until) })),
  );

  app.post(
    '/v1/overrides',
    {
      config: { scope: 'waive' },
      schema: {
        summary: 'A deploy past a red gate, with reason, owner and expiry',
        body: OverrideRequestSchema,
        response: { 201: AcceptanceSchema },
      },
    },
    async ({ body: { until, bundle, environment, ...override } }, reply) => {
      const stored = await store.acceptances.override({
        ...override,
        environment: environment ?? 'production',
        ...(bundle === undefined ? {} : { bundleDigest: bundle }),
        expiresAt: expiryOf(until),
      });
      return reply.code(201).send(stored);
    },
  );

  app.post(
    '/v1/tokens',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Make a token; it is shown once and stored hashed',
        body: TokenRequestSchema,
        response: { 201: Type.Object({ token: Type.String() }) },
      },
    },
    async ({ body }, reply) => {
      const token = newToken();
      await store.tokens.add(token, body);
      return reply.code(201).send({ token });
    },
  );
}

export function newToken(): string {
  return `rht_${randomBytes(24).toString('base64url')}`;
}

/** A day is valid to its end in UTC. */
function expiryOf(until: string): Date {
  const expiry = new Date(until.length === 10 ? `${until}T23:59:59.999Z` : until);
  if (!Number.isNaN(expiry.getTime()) && expiry.getTime() > Date.now()) return expiry;
  throw refuse(
    'invalid-request',
    `\`until\` (${until}) is no point in the future.`,
    'Give a day as YYYY-MM-DD, or an ISO time.',
    [{ key: 'body.until', message: 'must be in the future' }],
  );
}
