import Type from 'typebox';
import type { Report } from '../../../shared/domain/report.ts';
import type { StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import { GateAnswerSchema, type WireGateAnswer } from '../../../shared/edge/wire/gate.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';
import { answerGate, type GateDecision, type GateQuestion, type KnownRehearsal } from '../answer-gate.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const statusOfAnswer = { allow: 200, block: 412, 'never-rehearsed': 404 } as const;

export function gateRoute(app: Api, parts: ApiParts): void {
  app.get(
    '/v1/gate',
    {
      config: { scope: 'gate', gate: true },
      schema: {
        summary:
          'May this go out? 200 allow, 412 block, 404 never rehearsed, 503 closed because the service is not well',
        querystring: Type.Object({
          service: Type.String({ minLength: 1 }),
          version: Type.String({ minLength: 1 }),
          environment: Type.Optional(Type.String({ minLength: 1 })),
          bundle: Type.Optional(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' })),
        }),
        response: { 200: GateAnswerSchema, 404: GateAnswerSchema, 412: GateAnswerSchema, 503: ProblemSchema },
      },
    },
    async ({ query }, reply) => {
      const { answer, body } = await answerFor({ ...query, environment: query.environment ?? 'production' }, parts);
      return reply.code(statusOfAnswer[answer]).header('cache-control', 'no-store').send(body);
    },
  );
}

/** The board shows what a pipeline would hear: both ask here. Throws where store or queue is not well. */
export async function answerFor(
  question: GateQuestion & { readonly service: string },
  { store, queue }: Pick<ApiParts, 'store' | 'queue'>,
): Promise<{ readonly answer: GateDecision['answer']; readonly body: WireGateAnswer }> {
  // Without its store and its queue the service does not know what it does not know.
  await Promise.all([store.health(), queue.health()]);
  const known = await knownFor(question, { store });
  const { answer, reasons } = answerGate(
    question,
    known,
    {
      waivers: await store.acceptances.waivers(question.service),
      overrides: await store.acceptances.overrides(question.service),
    },
    defaultRules(),
    new Date(),
  );
  const body: WireGateAnswer = {
    answer: answer === 'allow' ? 'allow' : 'block',
    service: question.service,
    version: question.version,
    environment: question.environment,
    bundle: question.bundle ?? null,
    reasons: [...reasons],
    evidence: known.filter(({ rehearsal }) => isAskedFor(rehearsal, question.bundle)).map(presentEvidence),
  };
  return { answer, body };
}

const isAskedFor = ({ bundleDigest }: StoredRehearsal, bundle: string | undefined): boolean =>
  bundle === undefined || bundleDigest === bundle;

async function knownFor(
  question: { readonly service: string; readonly version: string; readonly environment: string },
  { store }: Pick<ApiParts, 'store'>,
): Promise<readonly KnownRehearsal[]> {
  const found = await store.rehearsals.forGate(question.service, question.version, question.environment);
  return Promise.all(
    found.map(async (rehearsal) => {
      const text = rehearsal.status === 'judged' ? await store.rehearsals.report(rehearsal.id) : null;
      return { rehearsal, report: text === null ? null : (JSON.parse(text) as Report) };
    }),
  );
}

function presentEvidence({ rehearsal }: KnownRehearsal): WireGateAnswer['evidence'][number] {
  return {
    id: rehearsal.id,
    bundle: rehearsal.bundleDigest,
    status: rehearsal.status,
    verdict: rehearsal.verdict,
    finishedAt: rehearsal.finishedAt?.toISOString() ?? null,
  };
}
