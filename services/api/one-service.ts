import type { FastifyRequest } from 'fastify';
import { parseRehearsalId } from '../../shared/domain/ids.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { TokenHolder } from '../../shared/edge/ports/tokens.ts';
import { refuse } from './problems.ts';
import type { Api } from './type-provider.ts';

/**
 * Holds tokens of one service to it, on every route: where a request names a rehearsal or a service it must be its own,
 * a list becomes the list of its own, and a route that can be held to nothing is closed to it.
 */
export function holdToOneService(app: Api, { rehearsals }: Pick<Store, 'rehearsals'>): void {
  app.addHook('preHandler', async (request) => {
    const { holder } = request;
    if (holder?.service === undefined) return;
    const { bound } = request.routeOptions.config;
    if (bound === 'nothing' || bound === 'by-handler') return;
    const { id } = request.params as { readonly id?: string };
    if (bound === 'rehearsal' && id !== undefined) {
      const found = /^rh-[0-9a-f]{16}$/.test(id) ? await rehearsals.find(parseRehearsalId(id)) : null;
      if (found === null) return;
      requireService(holder, found.service);
    } else if (bound === 'query' || bound === 'body') holdField(request, holder, bound);
    else throw notIts(holder, 'all services together');
  });
}

/** Throws the problem `forbidden` where the token is of another service. */
export function requireService(holder: TokenHolder, service: string): void {
  if (holder.service !== undefined && holder.service !== service) throw notIts(holder, `the service ${service}`);
}

function holdField(request: FastifyRequest, holder: TokenHolder, where: 'query' | 'body'): void {
  const fields = request[where] as { service?: string | undefined };
  if (fields.service === undefined) fields.service = holder.service;
  else requireService(holder, fields.service);
}

function notIts(holder: TokenHolder, what: string): Error {
  return refuse(
    'forbidden',
    `The token ${holder.name} is of the service ${holder.service} and not good for ${what}.`,
    'Use a token of that service, or one that is of none.',
  );
}
