import type { Report } from '../../../shared/domain/report.ts';
import { signed } from '../../../shared/edge/adapters/signing/envelope.ts';
import { EnvelopeSchema, KeySetSchema } from '../../../shared/edge/wire/attestation.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { testResultStatement } from '../../../shared/report/test-result-statement.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';
import { storedReport } from './reports.ts';

/** What was judged, signed, so that whoever deploys can check it where this service cannot be reached. */
export function attestationRoutes(app: Api, { store, signingKey }: ApiParts): void {
  app.get(
    '/v1/rehearsals/:id/attestation',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: {
        summary: 'The verdict as a signed in-toto test result (DSSE); `rehearse verify` checks it offline',
        params: IdParams,
        response: { 200: EnvelopeSchema, 409: ProblemSchema },
      },
    },
    async ({ params }, reply) => {
      const rehearsal = await findRehearsal({ store }, params.id);
      const report = JSON.parse(await storedReport({ store }, rehearsal)) as Report;
      const facts = await store.rehearsals.gateFacts(rehearsal.id);
      const statement = testResultStatement(report, {
        schema: facts?.schema ?? null,
        finishedAt: rehearsal.finishedAt ?? rehearsal.createdAt,
      });
      return reply.type('application/json; charset=utf-8').send(signed(statement, signingKey));
    },
  );

  app.get(
    '/.well-known/rehearsal-keys.json',
    {
      schema: {
        summary: 'Public keys of attestations (JWK set)',
        response: { 200: KeySetSchema },
      },
    },
    async (_request, reply) =>
      reply.type('application/jwk-set+json').send(JSON.stringify({ keys: [signingKey.publicJwk] })),
  );
}
