import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { cookieName, holderOf } from '../authenticate.ts';
import { fromOwnPage } from '../own-page.ts';
import { refuse } from '../problems.ts';
import type { Api } from '../type-provider.ts';

const hidden = { hide: true } as const;

/** Who reads the pages: a token that was typed in once, in a cookie that no script can see. */
export function sessionRoutes(app: Api): void {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, text, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(text)))),
  );
  app.get(
    '/v1/session',
    {
      config: { scope: 'read', bound: 'nothing' },
      schema: {
        summary: 'Whose token this is, and what it may do',
        response: { 200: Type.Object({ name: Type.String(), scopes: Type.Array(Type.String()) }) },
      },
    },
    async (request) => {
      const { name, scopes } = holderOf(request);
      return { name, scopes };
    },
  );
  app.post(
    '/sign-in',
    { schema: { ...hidden, body: Type.Object({ token: Type.String(), next: Type.Optional(Type.String()) }) } },
    async (request, reply) => {
      const { token, next } = request.body;
      if (isForeign(request.headers)) throw foreignForm();
      if ((await app.identify(request, reply, token.trim())) === null) {
        return reply.redirect(`/sign-in?${new URLSearchParams({ next: localPath(next), refused: '1' })}`, 303);
      }
      return reply.header('set-cookie', cookie(token.trim(), request)).redirect(localPath(next), 303);
    },
  );
  app.post('/sign-out', { schema: hidden }, async (request, reply) => {
    if (!fromOwnPage(request)) throw foreignForm();
    return reply.header('set-cookie', `${cookie('', request)}; Max-Age=0`).redirect('/sign-in', 303);
  });
}

/** Whoever lies about how it came only loses its own cookie; of where it came from, a header is never believed. */
function cookie(token: string, { protocol, headers }: FastifyRequest): string {
  const [forwarded = ''] = [headers['x-forwarded-proto'] ?? ''].flat();
  const secure = protocol === 'https' || /^https\b/i.test(forwarded) ? '; Secure' : '';
  return `${cookieName}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict${secure}`;
}

/** Without a cookie there is nothing to misuse but the sign-in itself: a page that says it is another's is refused. */
const isForeign = (headers: Parameters<typeof fromOwnPage>[0]['headers']): boolean =>
  (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) && !fromOwnPage({ headers });

const foreignForm = () =>
  refuse('forbidden', 'This form was sent from a page of another site.', 'Open /sign-in of this service and use that.');

/** A path on this service, so that the form cannot send anybody elsewhere. */
export function localPath(next: string | undefined): string {
  const here = 'http://here.invalid';
  if (next === undefined || !next.startsWith('/') || !URL.canParse(next, here)) return '/';
  // Read as a browser reads it: it drops tabs and line breaks, and takes a backslash for a slash.
  const { origin, pathname, search } = new URL(next, here);
  return origin === here && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
