import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { nameCharsMax } from '../../shared/domain/bundle.ts';
import { type Fault, type ProblemPlace, problemOf, RehearsalError } from '../../shared/domain/problem.ts';
import { fullDisk } from '../../shared/edge/adapters/full-disk.ts';
import type { WireProblem } from '../../shared/edge/wire/problem.ts';
import { knownNames, placesOf } from './invalid-request.ts';
import { sendProblemPage } from './pages/service-shell.ts';
import type { Api } from './type-provider.ts';

/** Every error leaves as an RFC 9457 problem document with a stable code and a remedy. */
export function answerProblems(app: Api): void {
  app.setErrorHandler((error: FastifyError | RehearsalError, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const allowed = app.supportedMethods.filter((method) => app.findRoute({ url: path, method }) !== null).sort();
    if (allowed.length > 0) reply.header('allow', allowed.join(', '));
    return sendProblem(nothingAt(path, request.method, allowed), request, reply);
  });
}

/** Of the gate 404 says that something was never rehearsed, so an address that is there is never called unknown. */
function nothingAt(path: string, method: string, allowed: readonly string[]): RehearsalError {
  return allowed.length === 0
    ? refuse('unknown-route', `There is nothing at ${method} ${path}.`, 'See /v1/docs.')
    : refuse('method-not-allowed', `${path} does not take ${method}.`, `Use ${allowed.join(' or ')}; see /v1/docs.`);
}

/** A refusal of what was asked, with the status that its code stands for. */
export function refuse(
  code: keyof typeof statusOfCode,
  detail: string,
  remedy: string,
  problems: readonly ProblemPlace[] = [],
): RehearsalError {
  return new RehearsalError('bundle', code, detail, remedy, { problems });
}

const statusOfCode = {
  'invalid-request': 400,
  'malformed-json': 400,
  unauthenticated: 401,
  forbidden: 403,
  'unknown-route': 404,
  'unknown-rehearsal': 404,
  'unknown-token': 404,
  'unknown-webhook': 404,
  'no-gitlab': 404,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'not-finished': 409,
  'already-over': 409,
  'bundle-too-large': 413,
  'body-too-large': 413,
  'address-too-long': 414,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'no-report': 409,
  'evidence-removed': 410,
  'bundle-removed': 410,
  'too-many-requests': 429,
  'head-too-large': 431,
} as const;

const statusOfFault: Readonly<Record<Fault, number>> = {
  bundle: 422,
  policy: 403,
  machine: 503,
  deadline: 504,
  ours: 500,
};

export const problemType = 'application/problem+json; charset=utf-8';

export function wireProblemOf(error: RehearsalError): WireProblem {
  const codes: Readonly<Record<string, number>> = statusOfCode;
  const status = codes[error.code] ?? statusOfFault[error.fault];
  return { ...problemOf(error), status, problems: [...error.problems] };
}

export function sendProblem(
  error: FastifyError | RehearsalError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known =
    error instanceof RehearsalError ? error : (fullDisk(error) ?? tooLong(error) ?? fromFastify(error, request));
  const problem = wireProblemOf(known);
  const { status } = problem;
  if (status >= 500) request.log.error({ err: error }, 'the request failed by no fault of its own');
  if (sendProblemPage(request, reply, status)) return reply;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply.code(status).type(problemType);
  if (request.routeOptions.config.gate === true && status >= 500) {
    const reasons = [{ code: known.code, text: known.message }];
    return reply.send(JSON.stringify({ ...problem, answer: 'block', reasons }));
  }
  return reply.send(JSON.stringify(problem));
}

/** 54000, of a text in the request: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function tooLong(error: FastifyError): RehearsalError | undefined {
  if (error.code !== '54000') return undefined;
  return refuse('invalid-request', 'The request has a name that is longer than any index takes.', 'Shorten its names.');
}

function fromFastify(error: FastifyError, request: FastifyRequest): RehearsalError {
  if (error.validation !== undefined) {
    const where = error.validationContext ?? 'request';
    const problems = placesOf(where, error.validation, knownNames(request, where));
    return refuse('invalid-request', `The ${where} is not valid.`, 'Compare it with /v1/openapi.json.', problems);
  }
  switch (error.statusCode) {
    case 414:
      return refuse(
        'address-too-long',
        'A name in the address is too long.',
        `Names have at most ${nameCharsMax} characters.`,
      );
    case 413:
      return refuse('body-too-large', 'The body is too large.', 'Send less.');
    case 415:
      return refuse(
        'unsupported-media-type',
        'This content type is not understood here.',
        'See /v1/docs for those that are.',
      );
    case 400:
    case 406:
      if (error.code === 'FST_ERR_BAD_URL') {
        return refuse('invalid-request', 'The address cannot be decoded.', 'Write a percent sign in it as %25.');
      }
      return refuse(
        error instanceof SyntaxError || error.code?.includes('JSON') ? 'malformed-json' : 'invalid-request',
        'The request cannot be read.',
        'Check the body and its content type.',
      );
    default:
      return new RehearsalError('ours', 'internal', 'The service failed.', 'Read the log of the API.', {
        cause: error,
      });
  }
}
