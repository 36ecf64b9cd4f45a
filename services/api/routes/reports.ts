import Type from 'typebox';
import type { Report } from '../../../shared/domain/report.ts';
import { reportShell } from '../../../shared/edge/adapters/built-pages.ts';
import type { StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { ReportSchema } from '../../../shared/edge/wire/report.ts';
import { type Format, render } from '../../../shared/report/render.ts';
import { reportPolicy } from '../pages/security.ts';
import { refuse } from '../problems.ts';
import { sendTagged } from '../tagged.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

const forms: readonly { readonly ending: string; readonly type: string; readonly format: Format }[] = [
  { ending: 'html', type: 'text/html; charset=utf-8', format: 'html' },
  { ending: 'md', type: 'text/markdown; charset=utf-8', format: 'markdown' },
  { ending: 'xml', type: 'application/xml; charset=utf-8', format: 'junit' },
  { ending: 'sarif', type: 'application/sarif+json; charset=utf-8', format: 'sarif' },
];

export function reportRoutes(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/rehearsals/:id/report.json',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: { summary: 'The report', params: IdParams, response: { 200: ReportSchema, 409: ProblemSchema } },
    },
    async (request, reply) => {
      const stored = await storedReport({ store }, await findRehearsal({ store }, request.params.id));
      return sendTagged(request, reply.type('application/json; charset=utf-8'), stored);
    },
  );

  for (const { ending, type, format } of forms) {
    app.get(
      `/v1/rehearsals/:id/report.${ending}`,
      {
        config: { scope: 'read', bound: 'rehearsal' },
        schema: {
          summary: `The report as ${format}`,
          params: IdParams,
          produces: [type],
          response: { 200: Type.String(), 409: ProblemSchema },
        },
      },
      async (request, reply) => {
        const rehearsal = await findRehearsal({ store }, request.params.id);
        const report = JSON.parse(await storedReport({ store }, rehearsal)) as Report;
        const text = render(format, report, reportShell());
        if (format === 'html') reply.header('content-security-policy', reportPolicy(text));
        return sendTagged(request, reply.type(type), text);
      },
    );
  }

  app.get(
    '/v1/rehearsals/:id/evidence.json',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: {
        summary: 'All that was seen; `rehearse judge` judges it again',
        params: IdParams,
        response: { 200: Type.Unknown(), 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const rehearsal = await findRehearsal({ store }, request.params.id);
      const evidence = await store.rehearsals.evidence(rehearsal.id);
      if (evidence === null) throw noDocument(rehearsal);
      return sendTagged(request, reply.type('application/json; charset=utf-8'), evidence);
    },
  );
}

/** The text as it was stored. Throws the problem `not-finished` or `no-report`. */
export async function storedReport({ store }: Pick<ApiParts, 'store'>, rehearsal: StoredRehearsal): Promise<string> {
  const text = await store.rehearsals.report(rehearsal.id);
  if (text === null) throw noDocument(rehearsal);
  return text;
}

function noDocument({ id, status, failure }: StoredRehearsal): Error {
  if (status === 'queued' || status === 'running') {
    return refuse(
      'not-finished',
      `The rehearsal ${id} is ${status}.`,
      `Follow /v1/rehearsals/${id}/events to its end.`,
    );
  }
  if (status === 'judged') {
    return refuse(
      'evidence-removed',
      `The evidence of ${id} was removed because it is old; its report is kept.`,
      `Read /v1/rehearsals/${id}/report.json, or submit the bundle again.`,
    );
  }
  const why = failure === null ? '' : ` ${failure.detail}`;
  return refuse(
    'no-report',
    `The rehearsal ${id} ended as ${status}, without a report.${why}`,
    failure?.remedy ?? `Start it again with POST /v1/rehearsals/${id}/rerun.`,
    failure?.problems ?? [],
  );
}
