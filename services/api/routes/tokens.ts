import Type from 'typebox';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { MadeTokenSchema, TokenRequestSchema, TokenSchema } from '../../../shared/edge/wire/token.ts';
import { actorOf } from '../authenticate.ts';
import { expiryOf } from '../expiry.ts';
import { newToken } from '../new-token.ts';
import { refuse } from '../problems.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const IdParams = Type.Object({ id: Type.String() });
/** Whoever rotates a token has so long to hand out the new one. */
const graceMinutes = 60;

export function tokenRoutes(app: Api, { store }: ApiParts): void {
  app.post(
    '/v1/tokens',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Make a token, of one service or of all; it is shown once and stored hashed',
        body: TokenRequestSchema,
        response: { 201: MadeTokenSchema },
      },
    },
    async (request, reply) => {
      const { until, ...holder } = request.body;
      if (holder.service !== undefined && holder.scopes.includes('admin')) throw admitsEverywhere();
      const token = newToken();
      const expiry = until === undefined ? {} : { expiresAt: expiryOf(until) };
      const stored = await store.tokens.add(token, { ...holder, ...expiry }, actorOf(request));
      return reply.code(201).send({ ...stored, token });
    },
  );

  app.get(
    '/v1/tokens',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Every token that was ever made, with its last use; never the token itself',
        response: { 200: Type.Object({ items: Type.Array(TokenSchema) }) },
      },
    },
    async () => ({ items: await store.tokens.list() }),
  );

  app.post(
    '/v1/tokens/:id/rotate',
    {
      config: { scope: 'admin' },
      schema: {
        summary: `A new token for the same holder; the old one is good for ${graceMinutes} minutes more, or as asked`,
        params: IdParams,
        body: Type.Optional(
          Type.Object({ graceMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 * 24 * 60 })) }),
        ),
        response: { 201: MadeTokenSchema, 404: ProblemSchema },
      },
      // A body that was left out would be validated as null.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async (request, reply) => {
      const token = newToken();
      const graceMs = (request.body?.graceMinutes ?? graceMinutes) * 60_000;
      const stored = await store.tokens.rotate(request.params.id, token, graceMs, actorOf(request));
      if (stored === null) throw unknownToken(request.params.id);
      return reply.code(201).send({ ...stored, token });
    },
  );

  app.delete(
    '/v1/tokens/:id',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Revoke a token; it stays in the list',
        params: IdParams,
        response: { 204: Type.Null(), 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      if (await store.tokens.revoke(request.params.id, actorOf(request))) return reply.code(204).send(null);
      throw unknownToken(request.params.id);
    },
  );
}

function unknownToken(id: string): Error {
  return refuse('unknown-token', `There is no token ${id} that is still good.`, 'List them with GET /v1/tokens.');
}

function admitsEverywhere(): Error {
  return refuse(
    'invalid-request',
    'A token of one service cannot have the scope admin, which is over all of them.',
    'Leave out `service`, or `admin`.',
    [{ key: 'body.scopes', message: 'must not have admin where service is given' }],
  );
}
