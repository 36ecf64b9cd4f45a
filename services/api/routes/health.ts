import Type from 'typebox';
import { workerLivesMs } from '../../../shared/edge/ports/worker-register.ts';
import { countAnswers, metricsText } from '../metrics.ts';
import { selfChecksSaid } from '../self-check-state.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const Readiness = Type.Object({
  ready: Type.Boolean(),
  store: Type.String(),
  queue: Type.String(),
  worker: Type.String(),
  selfCheck: Type.String({ description: 'ok, or what to know of a worker that is new, or was wrong' }),
});

export function healthRoutes(app: Api, parts: ApiParts): void {
  const answers = countAnswers(app);
  app.get(
    '/healthz',
    { schema: { summary: 'This process answers', response: { 200: Type.Object({ alive: Type.Boolean() }) } } },
    async () => ({ alive: true }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Store, queue, a live worker and fresh self-checks',
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const [store, queue, workers] = await Promise.all([
        said(() => parts.store.health()),
        said(() => parts.queue.health()),
        // A store that is away is told by its own word.
        parts.store.workers.live(workerLivesMs).catch(() => []),
      ]);
      const worker = workers.length > 0 ? 'ok' : 'No worker was heard of lately.';
      const selfCheck = selfChecksSaid(workers, new Date());
      const ready = selfCheck.ok && [store, queue, worker].every((state) => state === 'ok');
      return reply.code(ready ? 200 : 503).send({ ready, store, queue, worker, selfCheck: selfCheck.says });
    },
  );

  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus text', produces: ['text/plain'], response: { 200: Type.String() } } },
    async (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metricsText(parts, answers())),
  );
}

async function said(look: () => Promise<void>): Promise<string> {
  try {
    await look();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
