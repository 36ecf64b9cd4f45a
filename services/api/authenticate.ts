import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../shared/edge/ports/audit.ts';
import type { Scope, TokenBearer, TokenHolder } from '../../shared/edge/ports/tokens.ts';
import { fromOwnPage } from './own-page.ts';
import { refuse } from './problems.ts';
import type { Api } from './type-provider.ts';

export const cookieName = 'rehearsal_token';

/** Asks every route's scope of the token that came as a bearer or as the cookie of a browser. */
export function authenticate(app: Api): void {
  app.decorateRequest('holder', null);
  app.addHook('onRequest', async (request, reply) => {
    const { scope, page } = request.routeOptions.config;
    if (scope === undefined) return;
    const holder = await app.identify(request, reply, bearerOf(request) ?? cookieOf(request));
    if (holder === null) {
      if (page === true) return reply.redirect(signInFor(request.url), 303);
      throw refuse(
        'unauthenticated',
        'The request has no token that is known here.',
        'Send `Authorization: Bearer …` with a token of this service.',
      );
    }
    if (!allows(holder, scope)) {
      throw refuse(
        'forbidden',
        `The token ${holder.name} does not have the scope ${scope}.`,
        `Use a token with the scope ${scope}; who has the scope admin makes one with POST /v1/tokens.`,
      );
    }
    request.holder = holder;
  });
}

/** Where a browser that is not signed in is sent, to come back afterwards. */
export const signInFor = (address: string): string => `/sign-in?next=${encodeURIComponent(address)}`;

/** Whether a browser says that it was signed in; not whether it still is. */
export const hasCookie = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean => cookieIn(headers) !== undefined;

/** Who may do everything may do each thing. */
export function allows(holder: TokenHolder, scope: Scope): boolean {
  return holder.scopes.includes(scope) || holder.scopes.includes('admin');
}

/** For handlers of routes with a scope: the hook above has let nobody else through. */
export function holderOf(request: FastifyRequest): TokenBearer {
  if (request.holder === null) throw new Error(`the route ${request.routeOptions.url} has no scope`);
  return request.holder;
}

/** For the audit log: who asked, and in which request. */
export function actorOf(request: FastifyRequest): Actor {
  return { name: holderOf(request).name, requestId: request.id };
}

function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** A foreign page cannot make a browser change anything here: for that the cookie counts only from our own pages. */
function cookieOf(request: FastifyRequest): string | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD' && !fromOwnPage(request)) return undefined;
  const found = cookieIn(request.headers);
  try {
    return found === undefined ? undefined : decodeURIComponent(found);
  } catch {
    // Not as we wrote it: no token of ours.
    return undefined;
  }
}

function cookieIn(headers: FastifyRequest['headers']): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(headers.cookie ?? '')?.[1];
}
