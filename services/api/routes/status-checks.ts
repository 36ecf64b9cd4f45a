import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { nameCharsMax } from '../../../shared/domain/bundle.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import {
  StatusCheckAcceptedSchema,
  StatusCheckCallSchema,
  type WireStatusCheckCall,
} from '../../../shared/edge/wire/status-check.ts';
import { isSignedBy, looksSigned, signatureHeader } from '../../integrations/gitlab/verify-signature.ts';
import { refuse } from '../problems.ts';
import type { Api, ApiParts } from '../type-provider.ts';

/** A description may have a million characters, and the call holds it three times where it has changed. */
const bodyLimit = 8 * 1024 * 1024;
const name = { minLength: 1, maxLength: nameCharsMax, pattern: '^[^\\u0000]+$' } as const;

export const gitlabScheme = { type: 'apiKey', in: 'header', name: signatureHeader } as const;

/** GitLab's own call; the answer goes to GitLab's API as soon as the gate has one, and anew when that changes. */
export function statusCheckRoutes(app: Api, { store, gitlab }: ApiParts): void {
  app.register(async (scoped: Api) => {
    acceptSigned(scoped, gitlab?.secret);
    scoped.post(
      '/v1/integrations/gitlab/status-checks',
      {
        bodyLimit,
        config: { signed: true },
        onRequest: async (request, reply) => {
          await app.identify(request, reply, undefined);
          if (gitlab === undefined) throw notConfigured();
          if (!looksSigned(request.headers[signatureHeader])) throw notSigned();
        },
        schema: {
          summary: 'The external URL of a status check of GitLab, answered as the gate says of the commit',
          security: [{ gitlab: [] }],
          querystring: Type.Object(
            { service: Type.String(name), environment: Type.Optional(Type.String(name)) },
            { additionalProperties: false },
          ),
          body: StatusCheckCallSchema,
          response: { 202: StatusCheckAcceptedSchema, 401: ProblemSchema, 404: ProblemSchema },
        },
      },
      async (request, reply) => {
        const { service, environment = 'production' } = request.query;
        const { place, sha, changedAt } = readCall(request.body);
        if (sha === null) await store.statusChecks.close(place, changedAt);
        else await store.statusChecks.ask({ ...place, sha, service, environment, changedAt });
        return reply.code(202).send({ service, environment, sha });
      },
    );
  });
}

/** What was signed is the bytes, so they are looked at before anybody makes anything of them. */
function acceptSigned(scoped: FastifyInstance | Api, secret: string | undefined): void {
  const parse = scoped.getDefaultJsonParser('error', 'error');
  scoped.removeAllContentTypeParsers();
  scoped.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const isGitlab = secret !== undefined && isSignedBy(secret, request.headers[signatureHeader], body);
    if (isGitlab) void parse(request, body.toString(), done);
    else done(notSigned());
  });
}

function readCall({ object_attributes, external_approval_rule }: WireStatusCheckCall) {
  const { iid, target_project_id, state, updated_at, last_commit } = object_attributes;
  const changedAt = new Date(updated_at);
  if (Number.isNaN(changedAt.getTime())) {
    throw refuse('invalid-request', 'The body is not valid.', 'Compare it with /v1/openapi.json.', [
      { key: 'body.object_attributes.updated_at', message: 'must be a time' },
    ]);
  }
  return {
    place: { project: target_project_id, mergeRequest: iid, check: external_approval_rule.id },
    sha: state === 'opened' ? (last_commit?.id ?? null) : null,
    changedAt,
  };
}

const notConfigured = (): Error =>
  refuse(
    'no-gitlab',
    'This service answers no status checks of GitLab.',
    'Set REHEARSAL_GITLAB_URL, REHEARSAL_GITLAB_TOKEN and REHEARSAL_GITLAB_SECRET of the API.',
  );

const notSigned = (): Error =>
  refuse(
    'unauthenticated',
    'The call is not signed with the shared secret.',
    'Give the status check in GitLab the shared secret that REHEARSAL_GITLAB_SECRET of the API holds.',
  );
