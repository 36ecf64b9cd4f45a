import type { FastifyReply, FastifyRequest } from 'fastify';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { servicePages } from '../../../shared/edge/adapters/built-pages.ts';
import { pagePolicy } from './security.ts';

/** The one document of all pages; it holds nothing of anybody: what they show they ask the API for. */
const shell = servicePages()?.html;

/** Throws RehearsalError `pages-not-built`. */
export function sendShell(reply: FastifyReply): FastifyReply {
  if (shell !== undefined) return reply.headers(headers).send(shell);
  throw new RehearsalError(
    'machine',
    'pages-not-built',
    'This service was started without its pages.',
    'Start it with `npm start`, or build them with `node services/web/build.ts`; the API works without them.',
  );
}

/** Whoever opens an address in a browser reads a page, whatever went wrong; it asks again and says what it hears. */
export function sendProblemPage(request: FastifyRequest, reply: FastifyReply, status: number): boolean {
  const { method, url, headers: asked } = request;
  const isPage = method === 'GET' && (asked.accept ?? '').includes('text/html') && !/^\/(v1|assets|static)\//.test(url);
  if (!isPage || shell === undefined) return false;
  void reply.code(status).headers(headers).send(shell);
  return true;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': pagePolicy,
  'cache-control': 'no-cache',
};
