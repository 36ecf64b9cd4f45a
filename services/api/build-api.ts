import { mkdir } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import multipart from '@fastify/multipart';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger } from 'fastify';
import type { Logger } from 'pino';
import { nameCharsMax } from '../../shared/domain/bundle.ts';
import { acceptJson } from './accept-json.ts';
import { alwaysHeaders } from './always-headers.ts';
import { authenticate } from './authenticate.ts';
import { identifyWithin } from './limit-rate.ts';
import { holdToOneService } from './one-service.ts';
import { answerProblems, sendProblem } from './problems.ts';
import { acceptArchives } from './receive-bundle.ts';
import { acceptanceRoutes } from './routes/acceptances.ts';
import { assetRoutes } from './routes/assets.ts';
import { attestationRoutes } from './routes/attestations.ts';
import { auditRoute } from './routes/audit.ts';
import { boardRoute } from './routes/board.ts';
import { comparisonRoute } from './routes/comparison.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { eventRoute } from './routes/events.ts';
import { gateRoute } from './routes/gate.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { overviewRoutes } from './routes/overview.ts';
import { pageRoutes } from './routes/pages.ts';
import { productionSchemaRoute } from './routes/production-schemas.ts';
import { rehearsalRoutes } from './routes/rehearsals.ts';
import { reportRoutes } from './routes/reports.ts';
import { sessionRoutes } from './routes/session.ts';
import { gitlabScheme, statusCheckRoutes } from './routes/status-checks.ts';
import { submitRoute } from './routes/submit.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workerRoute } from './routes/workers.ts';
import type { Api, ApiParts, TypeBoxProvider } from './type-provider.ts';
import { answerUnreadable } from './unreadable-request.ts';

/** The HTTP side, put together; it listens when its caller says so. */
export async function buildApi(parts: ApiParts, log: Logger): Promise<Api> {
  await mkdir(parts.scratchDir, { recursive: true });
  const loggerInstance: FastifyBaseLogger = log;
  const app: Api = fastify({
    loggerInstance,
    bodyLimit: 256 * 1024,
    forceCloseConnections: true,
    genReqId,
    // As long as any schema lets a name be.
    routerOptions: { maxParamLength: nameCharsMax },
    frameworkErrors: (error, request, reply) =>
      void sendProblem(error, request, reply.headers(alwaysHeaders(request.id))),
    clientErrorHandler: answerUnreadable,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: true } },
  }).withTypeProvider<TypeBoxProvider>();
  // Documents go out as they are: a serializer made from a schema would drop what later versions add.
  app.setSerializerCompiler(() => (content) => JSON.stringify(content));
  app.addHook('onSend', async (request, reply) => {
    reply.headers(alwaysHeaders(request.id));
  });
  answerProblems(app);
  app.decorate('identify', identifyWithin(parts.requestsPerMinuteMax, parts.store.tokens));
  authenticate(app);
  holdToOneService(app, parts.store);
  await app.register(multipart);
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Rehearsal',
        version: '1',
        description: 'Rehearses PostgreSQL migrations before they are deployed.',
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, gitlab: gitlabScheme } },
      security: [{ bearer: [] }],
    },
  });
  acceptArchives(app);
  acceptJson(app);
  const readings = [boardRoute, comparisonRoute, historyRoutes, workerRoute, webhookRoutes, statusCheckRoutes];
  const pages = [sessionRoutes, pageRoutes, assetRoutes];
  for (const add of [documentationRoutes, ...apiRoutes, ...readings, healthRoutes, ...pages]) add(app, parts);
  await app.ready();
  return app;
}

const apiRoutes = [
  ...[submitRoute, rehearsalRoutes, reportRoutes, attestationRoutes, eventRoute, gateRoute, acceptanceRoutes],
  ...[productionSchemaRoute, overviewRoutes, tokenRoutes, auditRoute],
];

/** The caller's own where it is harmless to write down, so that one request is found in the logs of both. */
function genReqId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,100}$/.test(given) ? given : crypto.randomUUID();
}
