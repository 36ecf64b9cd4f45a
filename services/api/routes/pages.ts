import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import type { Report } from '../../../shared/domain/report.ts';
import { reportShell } from '../../../shared/edge/adapters/built-pages.ts';
import { render } from '../../../shared/report/render.ts';
import { listPage, signInPage, statusPage } from '../pages/render-pages.ts';
import { pagePolicy, reportPolicy } from '../pages/security.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';
import { localPath } from './session.ts';

const pageType = 'text/html; charset=utf-8';
const hidden = { hide: true } as const;

/**
 * What a person reads in a browser; it holds together without any script but the one that follows a running rehearsal.
 */
export function pageRoutes(app: Api, { store }: ApiParts): void {
  signInForm(app);
  app.get(
    '/',
    {
      config: { scope: 'read', page: true },
      schema: { ...hidden, querystring: Type.Object({ cursor: Type.Optional(Type.String()) }) },
    },
    async ({ query }, reply) => {
      const { items, cursor } = await store.rehearsals.list({ ...query, limit: 50 });
      return reply.type(pageType).header('content-security-policy', pagePolicy).send(listPage(items, cursor));
    },
  );

  app.get(
    '/rehearsals/:id',
    { config: { scope: 'read', page: true }, schema: { ...hidden, params: IdParams } },
    async ({ params }, reply) => {
      const rehearsal = await findRehearsal({ store }, params.id);
      const report = await store.rehearsals.report(rehearsal.id);
      reply.type(pageType);
      if (report === null) {
        const page = statusPage(rehearsal, await store.runs.progress(rehearsal.id));
        return reply.header('content-security-policy', pagePolicy).send(page);
      }
      const page = render('html', JSON.parse(report) as Report, reportShell());
      return reply.header('content-security-policy', reportPolicy(page)).send(page);
    },
  );

  for (const [name, type] of [
    ['pages.css', 'text/css; charset=utf-8'],
    ['follow.js', 'text/javascript; charset=utf-8'],
  ] as const) {
    const content = readFileSync(join(import.meta.dirname, '../static', name), 'utf8');
    app.get(`/static/${name}`, { schema: hidden }, (_request, reply) => reply.type(type).send(content));
  }
}

/** The form alone; what it sends is taken by the session's routes. */
function signInForm(app: Api): void {
  app.get(
    '/sign-in',
    {
      schema: {
        ...hidden,
        querystring: Type.Object({ next: Type.Optional(Type.String()), refused: Type.Optional(Type.String()) }),
      },
    },
    async ({ query }, reply) =>
      reply
        .type(pageType)
        .header('content-security-policy', pagePolicy)
        .send(signInPage(localPath(query.next), query.refused !== undefined)),
  );
}
