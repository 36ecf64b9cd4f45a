import Type from 'typebox';
import type { Api, ApiParts } from '../type-provider.ts';
import { workerLivesMs } from './submit.ts';

const Readiness = Type.Object({
  ready: Type.Boolean(),
  store: Type.String(),
  queue: Type.String(),
  worker: Type.String(),
});

export function healthRoutes(app: Api, parts: ApiParts): void {
  app.get(
    '/healthz',
    { schema: { summary: 'This process answers', response: { 200: Type.Object({ alive: Type.Boolean() }) } } },
    async () => ({ alive: true }),
  );

  app.get(
    '/readyz',
    { schema: { summary: 'Store, queue and a live worker', response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply) => {
      const [store, queue, worker] = await Promise.all([
        said(() => parts.store.health()),
        said(() => parts.queue.health()),
        said(() => liveWorker(parts)),
      ]);
      const ready = [store, queue, worker].every((state) => state === 'ok');
      return reply.code(ready ? 200 : 503).send({ ready, store, queue, worker });
    },
  );

  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus text', produces: ['text/plain'], response: { 200: Type.String() } } },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics(parts)),
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

async function liveWorker({ store }: ApiParts): Promise<void> {
  if ((await store.workers.live(workerLivesMs)).length === 0) throw new Error('No worker was heard of lately.');
}

async function metrics({ store }: ApiParts): Promise<string> {
  const [byStatus, pending, workers] = await Promise.all([
    store.rehearsals.countByStatus(),
    store.runs.pending(),
    store.workers.live(workerLivesMs),
  ]);
  return [
    '# HELP rehearsal_rehearsals Rehearsals in the store.',
    '# TYPE rehearsal_rehearsals gauge',
    ...Object.entries(byStatus).map(([status, count]) => `rehearsal_rehearsals{status="${status}"} ${count}`),
    '# HELP rehearsal_runs_pending Runs of unfinished rehearsals that have no result.',
    '# TYPE rehearsal_runs_pending gauge',
    `rehearsal_runs_pending ${pending}`,
    '# HELP rehearsal_workers_live Workers that were heard of lately.',
    '# TYPE rehearsal_workers_live gauge',
    `rehearsal_workers_live ${workers.length}`,
    '# HELP process_resident_memory_bytes Resident memory of the API.',
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '',
  ].join('\n');
}
