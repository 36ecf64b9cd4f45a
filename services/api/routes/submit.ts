import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Bundle } from '../../../shared/domain/bundle.ts';
import type { Priority } from '../../../shared/domain/placement.ts';
import { loadBundle } from '../../../shared/edge/adapters/bundle/load-bundle.ts';
import type { IdempotencyKey, Submission } from '../../../shared/edge/ports/store.ts';
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
          seed: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
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
      const key = keyOf(request, bundle, request.query);
      // Nothing is kept of a bundle whose key is another's.
      if (key !== undefined) await parts.store.rehearsals.boundTo(key);
      await parts.store.bundles.put(bundle.digest, archive.path);
      const { rehearsal, created } = await parts.store.rehearsals.submit(submission, key);
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

interface Sent {
  readonly seed?: number;
  readonly environment?: string;
}

function keyOf(request: FastifyRequest, { digest }: Bundle, { seed, environment }: Sent): IdempotencyKey | undefined {
  const { 'idempotency-key': key } = request.headers;
  if (typeof key !== 'string') return undefined;
  return { owner: holderOf(request).id, key, request: JSON.stringify({ bundle: digest, seed, environment }) };
}
