import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../../shared/domain/report.ts';
import { reportShell } from '../../../shared/edge/adapters/built-pages.ts';
import { render } from '../../../shared/report/render.ts';
import { hasCookie, signInFor } from '../authenticate.ts';
import { reportPolicy } from '../pages/security.ts';
import { sendShell } from '../pages/service-shell.ts';
import { withServiceLinks } from '../pages/with-service-links.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

const hidden = { hide: true } as const;
const pages = ['/', '/board', '/snapshots', '/workers', '/start', '/rehearsals/:id/comparison'];

/** What a person reads in a browser: one document for all pages, and the report under its rehearsal's address. */
export function pageRoutes(app: Api, { store }: ApiParts): void {
  app.get('/sign-in', { schema: hidden }, (_request, reply) => sendShell(reply));
  // Without a cookie nothing would be told; a cookie that is no longer good is noticed by the page itself.
  for (const path of pages) {
    app.get(path, { schema: hidden }, (request, reply) =>
      hasCookie(request) ? sendShell(reply) : reply.redirect(signInFor(request.url), 303),
    );
  }

  app.get(
    '/rehearsals/:id',
    { config: { scope: 'read', page: true, bound: 'rehearsal' }, schema: { ...hidden, params: IdParams } },
    async ({ params }, reply) => {
      const report = await store.rehearsals.report((await findRehearsal({ store }, params.id)).id);
      if (report === null) return sendShell(reply);
      const page = withServiceLinks(render('html', JSON.parse(report) as Report, reportShell()), params.id);
      return reply
        .type('text/html; charset=utf-8')
        .headers({ 'content-security-policy': reportPolicy(page), 'cache-control': 'no-cache' })
        .send(page);
    },
  );

  const style = readFileSync(join(import.meta.dirname, '../static/pages.css'), 'utf8');
  app.get('/static/pages.css', { schema: hidden }, (_request, reply) =>
    reply.type('text/css; charset=utf-8').send(style),
  );
}
