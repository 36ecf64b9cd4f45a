import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type from 'typebox';
import type { Report } from '../../../shared/domain/report.ts';
import { reportShell } from '../../../shared/edge/adapters/built-pages.ts';
import { render } from '../../../shared/report/render.ts';
import { cookieName } from '../authenticate.ts';
import { listPage, signInPage, statusPage } from '../pages/render-pages.ts';
import { pagePolicy, reportPolicy } from '../pages/security.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

const pageType = 'text/html; charset=utf-8';
const hidden = { hide: true } as const;

/**
 * What a person reads in a browser; it holds together without any script but the one that follows a running rehearsal.
 */
export function pageRoutes(app: Api, { store }: ApiParts): void {
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

export function signInRoutes(app: Api, { store }: ApiParts): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(text)))),
  );
  app.get(
    '/sign-in',
    { schema: { ...hidden, querystring: Type.Object({ next: Type.Optional(Type.String()) }) } },
    async ({ query }, reply) =>
      reply
        .type(pageType)
        .header('content-security-policy', pagePolicy)
        .send(signInPage(localPath(query.next), false)),
  );
  app.post(
    '/sign-in',
    { schema: { ...hidden, body: Type.Object({ token: Type.String(), next: Type.Optional(Type.String()) }) } },
    async ({ body, protocol }, reply) => {
      const token = body.token.trim();
      if ((await store.tokens.find(token)) === null) {
        reply.code(401).type(pageType).header('content-security-policy', pagePolicy);
        return reply.send(signInPage(localPath(body.next), true));
      }
      const secure = protocol === 'https' ? '; Secure' : '';
      const cookie = `${cookieName}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict${secure}`;
      return reply.header('set-cookie', cookie).redirect(localPath(body.next), 303);
    },
  );
}

/** A path on this service, so that the form cannot send anybody elsewhere. */
function localPath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/';
}
