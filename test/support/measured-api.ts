import { join } from 'node:path';
import { pino } from 'pino';
import { buildApi } from '../../services/api/build-api.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { keptSigningKey } from '../../shared/edge/adapters/signing/signing-key.ts';
import type { Queue } from '../../shared/edge/ports/queue.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { LiveWorker } from '../../shared/edge/ports/worker-register.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export interface MeasuredApi extends AsyncDisposable {
  /** The status of the answer, whoever asks. */
  ask(path: string): Promise<number>;
  metrics(): Promise<string>;
  loseQueue(): void;
}

/**
 * The API on a made-up store that has one of everything that can be counted. Its gate lets version 1 pass and has seen
 * version 2, without a verdict.
 */
export async function startMeasuredApi(): Promise<MeasuredApi> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryDirectory());
  let isQueueWell = true;
  const queue = {
    health: async () => {
      if (!isQueueWell) throw new RehearsalError('machine', 'queue-unreachable', 'It is away.', 'Wait.');
    },
  };
  const parts = {
    // Nothing else of them is asked here.
    ...{ store: store as unknown as Store, queue: queue as unknown as Queue },
    ...{ scratchDir: path, archiveBytesMax: 1024, requestsPerMinuteMax: 100 },
    signingKey: await keptSigningKey(join(path, 'signing-key.pem')),
  };
  const app = await buildApi(parts, pino({ level: 'silent' }));
  stack.defer(() => app.close());
  const get = (url: string) => app.inject({ url, headers: { authorization: 'Bearer token' } });
  const owned = stack.move();
  return {
    ask: async (url) => (await get(url)).statusCode,
    metrics: async () => (await get('/metrics')).body,
    loseQueue: () => {
      isQueueWell = false;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const at = new Date('2026-11-22T12:00:00Z');
const worker: LiveWorker = {
  ...{ id: 'w1', machine: 'm1', startedAt: at, seenAt: at },
  snapshots: [
    { name: 'orders-prod', version: '1', digest: 'sha256:0', dataAsOf: at.toISOString(), bytes: 1, major: 17 },
  ],
  capacity: { runsAtOnce: 2, memoryFreeBytes: 2 ** 30, diskFreeBytes: 2 ** 40 },
  selfCheck: { ok: true, says: 'ok', at },
};
const override = {
  version: '1',
  environment: 'production',
  by: 'ada',
  reason: 'seen',
  expiresAt: new Date('2999-01-01'),
};
const running = { id: 'rh-0', bundleDigest: 'sha256:0', status: 'running', verdict: null, finishedAt: null };

const store = {
  figures: {
    now: async () => ({
      byStatus: { queued: 0, running: 0, judged: 1, cancelled: 0, failed: 0 },
      byVerdict: { pass: 1, fail: 0, inconclusive: 0 },
      runsByOutcome: { completed: 1, failed: 0, 'not-run': 0 },
      waitingByLack: { worker: 0, engine: 0, snapshot: 0, major: 0, disk: 0, memory: 0 },
      ...{ runsPending: 0, longestWaitMs: 0 },
    }),
  },
  workers: { live: async () => [worker] },
  tokens: { find: async () => ({ name: 'ci', scopes: ['admin'] }) },
  rehearsals: {
    forGate: async (_service: string, version: string) => ({
      known: version === '2' ? [{ rehearsal: running, facts: null, performedBy: null }] : [],
      ...{ waivers: [], overrides: [override], productionSchema: null, selfChecks: [] },
    }),
  },
  audit: { recordChange: async () => undefined },
};
