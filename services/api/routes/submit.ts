import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Bundle } from '../../../shared/domain/bundle.ts';
import type { Priority } from '../../../shared/domain/placement.ts';
import { loadBundle } from '../../../shared/edge/adapters/bundle/load-bundle.ts';
import type { StoredRehearsal, Submission } from '../../../shared/edge/ports/store.ts';
import { type WorkerRegister, workerLivesMs } from '../../../shared/edge/ports/worker-register.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { LinksSchema, PrioritySchema, StatusSchema } from '../../../shared/edge/wire/rehearsal.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';
import { chooseEnvironment } from '../../../shared/plan/choose-environment.ts';
import { needsOf } from '../../../shared/plan/placement.ts';
import { seedOf } from '../../../shared/plan/rehearsal-id.ts';
import { allows, holderOf } from '../authenticate.ts';
import { requireService } from '../one-service.ts';
import { linksOf } from '../present.ts';
import { refuse } from '../problems.ts';
import { receiveBundle } from '../receive-bundle.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const Accepted = Type.Object({ id: Type.String(), status: StatusSchema, links: LinksSchema });

const sourceName = { maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f]+$' } as const;

export function submitRoute(app: Api, parts: ApiParts): void {
  app.post(
    '/v1/rehearsals',
    {
      config: { scope: 'submit', bound: 'by-handler' },
      schema: {
        summary: 'Submit a bundle; the same question again gives the existing rehearsal',
        consumes: ['application/x-tar', 'application/gzip', 'application/zstd', 'multipart/form-data'],
        headers: Type.Object({ 'idempotency-key': Type.Optional(Type.String({ minLength: 1, maxLength: 255 })) }),
        querystring: Type.Object({
          seed: Type.Optional(Type.Integer({ minimum: 0 })),
          environment: Type.Optional(
            Type.String({ ...sourceName, description: 'One that the bundle names under `environments`' }),
          ),
          branch: Type.Optional(Type.String({ ...sourceName, description: 'Where the bundle came from' })),
          priority: Type.Optional({
            ...PrioritySchema,
            description: 'high: before the others of its service; between services turns decide',
          }),
          commit: Type.Optional(Type.String({ ...sourceName, description: 'Counts only beside a branch' })),
        }),
        response: { 200: Accepted, 202: Accepted, 422: ProblemSchema },
      },
    },
    async (request, reply) => {
      await using archive = await receiveBundle(request, parts.scratchDir, parts.archiveBytesMax);
      const bundle = await readBundle(archive.path, parts.scratchDir, request.query.environment);
      const submission = await submissionOf(bundle, request, request.query, parts.store.workers);
      const key = request.headers['idempotency-key'];
      const bound = key === undefined ? null : await boundBefore(parts, submission, key);
      await parts.store.bundles.put(bundle.digest, archive.path);
      const { rehearsal, created } = bound ?? (await parts.store.rehearsals.submit(submission));
      if (key !== undefined) await bindKey(parts, submission, key, rehearsal);
      const { branch, commit } = request.query;
      if (branch !== undefined) await parts.store.sources.add(rehearsal.id, { branch, commit: commit ?? null });
      if (rehearsal.status === 'queued') await parts.queue.enqueue(rehearsal.id);
      const links = linksOf(rehearsal.id);
      return reply
        .code(created ? 202 : 200)
        .header('location', links.self)
        .send({ id: rehearsal.id, status: rehearsal.status, links });
    },
  );
}

async function readBundle(archivePath: string, scratchDir: string, environment?: string): Promise<Bundle> {
  const { bundle, unpacked } = await loadBundle(archivePath, join(scratchDir, 'unpacked'));
  if (unpacked !== undefined) await rm(unpacked, { recursive: true, force: true });
  return chooseEnvironment(bundle, environment);
}

async function submissionOf(
  bundle: Bundle,
  request: FastifyRequest,
  { seed, priority }: { readonly seed?: number; readonly priority?: Priority },
  workers: WorkerRegister,
): Promise<Submission> {
  const holder = holderOf(request);
  const { service, version, environment, owners } = bundle.manifest;
  requireService(holder, service);
  return {
    service,
    version,
    environment,
    owners,
    bundleDigest: bundle.digest,
    snapshot: await snapshotOf(bundle, workers),
    rulesDigest: defaultRules().digest,
    seed: seed ?? seedOf(bundle.digest),
    waiversCount: allows(holder, 'waive'),
    submittedBy: holder.name,
    priority: priority ?? 'normal',
    needs: needsOf(bundle.manifest),
  };
}

/** The version that a name means is settled here, so that a newer snapshot makes a new question. */
async function snapshotOf(bundle: Bundle, workers: WorkerRegister): Promise<string> {
  const { snapshot } = bundle.manifest;
  if (snapshot.kind === 'sql') return 'sql';
  if (snapshot.version !== undefined) return `${snapshot.name}@${snapshot.version}`;
  const known = (await workers.live(workerLivesMs))
    .flatMap((worker) => worker.snapshots)
    .filter(({ name }) => name === snapshot.name)
    .sort((left, right) => (left.dataAsOf ?? '').localeCompare(right.dataAsOf ?? ''))
    .at(-1);
  return known === undefined ? snapshot.name : `${known.name}@${known.version}`;
}

const questionOf = (submission: Submission): string =>
  [submission.bundleDigest, submission.snapshot, submission.rulesDigest, submission.seed, submission.environment].join(
    ' ',
  );

async function boundBefore(
  { store }: ApiParts,
  submission: Submission,
  key: string,
): Promise<{ readonly rehearsal: StoredRehearsal; readonly created: false } | null> {
  const bound = await store.rehearsals.boundTo(submission.submittedBy, key);
  if (bound === null) return null;
  if (bound.question !== questionOf(submission)) throw reusedKey(key);
  const rehearsal = await store.rehearsals.find(bound.id);
  return rehearsal === null ? null : { rehearsal, created: false };
}

/** Two requests with one key may pass the look above at the same time; the store lets only one question have it. */
async function bindKey(
  { store }: ApiParts,
  submission: Submission,
  key: string,
  rehearsal: StoredRehearsal,
): Promise<void> {
  const question = questionOf(submission);
  const bound = await store.rehearsals.bindKey(submission.submittedBy, key, question, rehearsal.id);
  if (bound !== question) throw reusedKey(key);
}

function reusedKey(key: string): Error {
  return refuse(
    'idempotency-key-reused',
    `The Idempotency-Key ${key} was used for another bundle.`,
    'Make a new key for every bundle; keep it only to send the same bundle again.',
  );
}
