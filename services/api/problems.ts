import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, type ProblemPlace, problemOf, RehearsalError } from '../../shared/domain/problem.ts';
import { fullDisk } from '../../shared/edge/adapters/full-disk.ts';
import type { WireProblem } from '../../shared/edge/wire/problem.ts';
import { placesOf } from './invalid-request.ts';
import { sendProblemPage } from './pages/service-shell.ts';
import type { Api } from './type-provider.ts';

/** Every error leaves as an RFC 9457 problem document with a stable code and a remedy. */
export function answerProblems(app: Api): void {
  app.setErrorHandler((error: FastifyError | RehearsalError, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      refuse('unknown-route', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`, 'See /v1/docs.'),
      request,
      reply,
    ),
  );
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
  'not-finished': 409,
  'already-over': 409,
  'bundle-too-large': 413,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'no-report': 409,
  'evidence-removed': 410,
  'bundle-removed': 410,
  'too-many-requests': 429,
} as const;

const statusOfFault: Readonly<Record<Fault, number>> = {
  bundle: 422,
  policy: 403,
  machine: 503,
  deadline: 504,
  ours: 500,
};

function sendProblem(error: FastifyError | RehearsalError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof RehearsalError ? error : (fullDisk(error) ?? fromFastify(error));
  const codes: Readonly<Record<string, number>> = statusOfCode;
  const status = codes[known.code] ?? statusOfFault[known.fault];
  if (status >= 500) request.log.error({ err: error }, 'the request failed by no fault of its own');
  const problem: WireProblem = { ...problemOf(known), status, problems: [...known.problems] };
  if (sendProblemPage(request, reply, status)) return reply;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply.code(status).type('application/problem+json; charset=utf-8');
  if (request.routeOptions.config.gate === true && status >= 500) {
    const reasons = [{ code: known.code, text: known.message }];
    return reply.send(JSON.stringify({ ...problem, answer: 'block', reasons }));
  }
  return reply.send(JSON.stringify(problem));
}

function fromFastify(error: FastifyError): RehearsalError {
  if (error.validation !== undefined) {
    const where = error.validationContext ?? 'request';
    const problems = placesOf(where, error.validation);
    return refuse('invalid-request', `The ${where} is not valid.`, 'Compare it with /v1/openapi.json.', problems);
  }
  switch (error.statusCode) {
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
