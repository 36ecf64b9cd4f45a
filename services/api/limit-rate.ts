import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Tokens } from '../../shared/edge/ports/tokens.ts';
import { refuse } from './problems.ts';
import type { Identify } from './type-provider.ts';

const windowMs = 60_000;

/**
 * So many requests a minute of one token, or of one address without any that was good before: whoever is over it is
 * told when to come back, and a guess is not even looked up. Good tokens are remembered, for guesses may come from the
 * address of a proxy that everybody is behind. Counted in this process only, and gone with it: this keeps a loop that
 * went wild from everybody else, no more.
 */
export function identifyWithin(requestsMax: number, tokens: Tokens): Identify {
  const wereGood = new Set<string>();
  let counts = new Map<string, number>();
  let endsAt = 0;
  const count = (who: string, reply: FastifyReply): void => {
    const now = Date.now();
    if (now >= endsAt) {
      counts = new Map();
      endsAt = now + windowMs;
    }
    const requests = (counts.get(who) ?? 0) + 1;
    counts.set(who, requests);
    if (requests <= requestsMax) return;
    reply.header('retry-after', Math.ceil((endsAt - now) / 1000));
    throw tooMany(requestsMax, who);
  };
  return async (request, reply, token) => {
    const remembered = token === undefined ? '' : createHash('sha256').update(token).digest('base64');
    if (!wereGood.has(remembered)) count(`address ${request.ip}`, reply);
    const holder = token === undefined ? null : await tokens.find(token);
    if (holder === null) {
      wereGood.delete(remembered);
      return null;
    }
    wereGood.add(remembered);
    count(`token ${holder.name}`, reply);
    return holder;
  };
}

const tooMany = (requestsMax: number, who: string): Error =>
  refuse(
    'too-many-requests',
    `More than ${requestsMax} requests came from ${who} within a minute.`,
    'Wait as long as the header Retry-After says; follow events instead of asking again and again.',
  );
