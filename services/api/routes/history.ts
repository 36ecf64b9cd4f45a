import Type from 'typebox';
import type { Source, TrendPoint } from '../../../shared/edge/ports/history.ts';
import type { RunProgress } from '../../../shared/edge/ports/store.ts';
import { ProgressSchema, TrendSchema, type WireTrend } from '../../../shared/edge/wire/history.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

/** How far a rehearsal is, and what its service's rehearsals have come to over time. */
export function historyRoutes(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/rehearsals/:id/progress',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: {
        summary: 'Its runs, planned, started and ended, and how long such a rehearsal usually takes',
        params: IdParams,
        response: { 200: ProgressSchema },
      },
    },
    async ({ params }) => {
      const { id, status, service, environment, startedAt } = await findRehearsal({ store }, params.id);
      const runs = await store.runs.progress(id);
      return {
        status,
        usualMs: await store.history.usualMs(service, environment),
        startedAt: startedAt?.toISOString() ?? null,
        now: new Date().toISOString(),
        runs: runs.map(presentRun),
      };
    },
  );

  app.get(
    '/v1/trend',
    {
      config: { scope: 'read', bound: 'query' },
      schema: {
        summary: 'Every judged rehearsal of a service, oldest first',
        querystring: Type.Object({
          service: Type.String({ minLength: 1 }),
          environment: Type.Optional(Type.String({ minLength: 1 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
        response: { 200: TrendSchema },
      },
    },
    async ({ query: { service, environment = 'production', limit = 50 } }) => {
      const points = await store.history.trend(service, environment, limit);
      const sources = await store.sources.of(points.map(({ rehearsal }) => rehearsal.id));
      return {
        service,
        environment,
        items: points.flatMap((point) => presentPoint(point, sources.get(point.rehearsal.id) ?? [])),
      };
    },
  );
}

const presentRun = ({ id, scenario, outcome, worker, startedAt, finishedAt }: RunProgress) => ({
  id,
  scenario,
  outcome,
  worker,
  startedAt: startedAt?.toISOString() ?? null,
  finishedAt: finishedAt?.toISOString() ?? null,
});

function presentPoint({ rehearsal, blocks, warns }: TrendPoint, sources: readonly Source[]): WireTrend['items'] {
  const { id, version, verdict, startedAt, createdAt, finishedAt } = rehearsal;
  if (verdict === null || finishedAt === null) return [];
  const branches = [...new Set(sources.map(({ branch }) => branch))];
  const durationMs = finishedAt.getTime() - (startedAt ?? createdAt).getTime();
  return [{ id, version, verdict, branches, finishedAt: finishedAt.toISOString(), durationMs, blocks, warns }];
}
