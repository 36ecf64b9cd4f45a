import Type from 'typebox';
import { TimeSchema } from '../../../shared/edge/wire/words.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { workerLivesMs } from './submit.ts';

const Worker = Type.Object({
  id: Type.String(),
  machine: Type.String(),
  alive: Type.Boolean({ description: 'Heard of lately' }),
  startedAt: TimeSchema,
  seenAt: TimeSchema,
  snapshots: Type.Array(Type.String({ description: 'name@version' })),
  inHand: Type.Array(Type.Object({ rehearsal: Type.String(), run: Type.String() })),
});

export function workerRoute(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/workers',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Workers of the last day, what they have in hand, and how many runs wait',
        response: { 200: Type.Object({ items: Type.Array(Worker), runsPending: Type.Integer() }) },
      },
    },
    async () => {
      const now = Date.now();
      return {
        items: (await store.workers.known()).map(({ snapshots, startedAt, seenAt, ...worker }) => ({
          ...worker,
          alive: now - seenAt.getTime() <= workerLivesMs,
          startedAt: startedAt.toISOString(),
          seenAt: seenAt.toISOString(),
          snapshots: snapshots.map(({ name, version }) => `${name}@${version}`),
          inHand: [...worker.inHand],
        })),
        runsPending: await store.runs.pending(),
      };
    },
  );
}
