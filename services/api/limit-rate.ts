import { refuse } from './problems.ts';
import type { Api } from './type-provider.ts';

const windowMs = 60_000;

/**
 * So many requests a minute of one token, or of one address without any: whoever is over it is told when to come back.
 * Counted in this process only, and gone with it: this keeps a loop that went wild from everybody else, no more.
 */
export function limitRate(app: Api, requestsMax: number): void {
  let counts = new Map<string, number>();
  let endsAt = 0;
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.scope === undefined) return;
    const now = Date.now();
    if (now >= endsAt) {
      counts = new Map();
      endsAt = now + windowMs;
    }
    const who = request.holder === null ? `address ${request.ip}` : `token ${request.holder.name}`;
    const count = (counts.get(who) ?? 0) + 1;
    counts.set(who, count);
    if (count <= requestsMax) return;
    reply.header('retry-after', Math.ceil((endsAt - now) / 1000));
    throw refuse(
      'too-many-requests',
      `More than ${requestsMax} requests came from ${who} within a minute.`,
      'Wait as long as the header Retry-After says; follow events instead of asking again and again.',
    );
  });
}
