import Type from 'typebox';
import { nameCharsMax } from '../../../shared/domain/bundle.ts';
import type { GateRecord } from '../../../shared/edge/ports/store.ts';
import { GateAnswerSchema, type WireGateAnswer } from '../../../shared/edge/wire/gate.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import type { GateDecision } from '../answer-gate.ts';
import { askStoredGate, type ServiceGateQuestion } from '../ask-stored-gate.ts';
import { auditGate } from '../audit-gate.ts';
import { actorOf } from '../authenticate.ts';
import type { Api, ApiParts } from '../type-provider.ts';

/** No name has U+0000, and PostgreSQL takes none. */
const name = { minLength: 1, maxLength: nameCharsMax, pattern: '^[^\\u0000]+$' } as const;
const digest = { pattern: '^sha256:[0-9a-f]{64}$' } as const;
export const statusOfAnswer = { allow: 200, block: 412, 'never-rehearsed': 404 } as const;

export function gateRoute(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/gate',
    {
      config: { scope: 'gate', gate: true, bound: 'query' },
      schema: {
        summary:
          'May this go out? 200 allow, 412 block, 404 never rehearsed, 503 closed because the service is not well',
        // An answer to another question than was meant may open the gate.
        querystring: Type.Object(
          {
            service: Type.String(name),
            version: Type.String(name),
            environment: Type.Optional(Type.String(name)),
            bundle: Type.Optional(Type.String(digest)),
            image: Type.Optional(
              Type.String({ ...digest, description: 'Id or registry digest of the image of next that is to go out' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: GateAnswerSchema, 404: GateAnswerSchema, 412: GateAnswerSchema, 503: ProblemSchema },
      },
    },
    async (request, reply) => {
      const question = { ...request.query, environment: request.query.environment ?? 'production' };
      const { answer, body } = await answerFor(question, parts);
      await auditGate(parts.store.audit, question, body, actorOf(request));
      return reply.code(statusOfAnswer[answer]).header('cache-control', 'no-store').send(body);
    },
  );
}

/** The board shows what a pipeline would hear: both ask here. Throws where store or queue is not well. */
export async function answerFor(
  question: ServiceGateQuestion,
  parts: Pick<ApiParts, 'store' | 'queue'>,
): Promise<{ readonly answer: GateDecision['answer']; readonly body: WireGateAnswer }> {
  const { answer, reasons, known } = await askStoredGate(parts, question);
  const body: WireGateAnswer = {
    answer: answer === 'allow' ? 'allow' : 'block',
    service: question.service,
    version: question.version,
    environment: question.environment,
    bundle: question.bundle ?? null,
    ...(question.image === undefined ? {} : { image: question.image }),
    reasons: [...reasons],
    evidence: known.filter(({ rehearsal }) => isAskedFor(rehearsal, question.bundle)).map(presentEvidence),
  };
  return { answer, body };
}

const isAskedFor = ({ bundleDigest }: GateRecord['rehearsal'], bundle: string | undefined): boolean =>
  bundle === undefined || bundleDigest === bundle;

function presentEvidence({ rehearsal }: GateRecord): WireGateAnswer['evidence'][number] {
  return {
    id: rehearsal.id,
    bundle: rehearsal.bundleDigest,
    status: rehearsal.status,
    verdict: rehearsal.verdict,
    finishedAt: rehearsal.finishedAt?.toISOString() ?? null,
  };
}
