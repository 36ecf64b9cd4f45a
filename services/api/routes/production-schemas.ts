import Type from 'typebox';
import { ProductionSchemaSchema } from '../../../shared/edge/wire/production-schema.ts';
import { DigestSchema } from '../../../shared/edge/wire/words.ts';
import { actorOf, holderOf } from '../authenticate.ts';
import { requireService } from '../one-service.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const name = { minLength: 1, maxLength: 500 } as const;

/** From the first posted fingerprint on, the gate opens only for what was rehearsed on just that schema. */
export function productionSchemaRoute(app: Api, { store }: ApiParts): void {
  app.post(
    '/v1/environments/:service/:environment/schema',
    {
      config: { scope: 'submit', bound: 'by-handler' },
      schema: {
        summary: "What production's schema is like now, as `rehearse schema` reads it",
        params: Type.Object({ service: Type.String(name), environment: Type.String(name) }),
        body: Type.Object({ fingerprint: DigestSchema }, { additionalProperties: false }),
        response: { 201: ProductionSchemaSchema },
      },
    },
    async (request, reply) => {
      requireService(holderOf(request), request.params.service);
      const stored = await store.productionSchemas.post({ ...request.params, ...request.body }, actorOf(request));
      return reply.code(201).send(stored);
    },
  );
}
