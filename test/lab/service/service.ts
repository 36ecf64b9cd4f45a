import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Logger, pino } from 'pino';
import { buildApi } from '../../../services/api/build-api.ts';
import type { Api } from '../../../services/api/type-provider.ts';
import { artifactsOfEnvironment } from '../../../shared/edge/adapters/artifacts/artifacts-of-environment.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import { keptSigningKey } from '../../../shared/edge/adapters/signing/signing-key.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import type { Artifacts } from '../../../shared/edge/ports/artifacts.ts';
import type { Queue } from '../../../shared/edge/ports/queue.ts';
import type { Store } from '../../../shared/edge/ports/store.ts';
import { eventually, startDatabase, startRedis } from './parts.ts';

export interface TestService extends AsyncDisposable {
  readonly address: string;
  readonly dir: string;
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly store: Store;
  readonly queue: Queue;
  readonly routes: Api['routeTable'];
  /** Forgets everything that is queued, at once. */
  readonly loseQueue: () => Promise<void>;
  readonly ask: (path: string, request?: RequestInit) => Promise<Response>;
  /** On a machine, with snapshots of these names. */
  startWorker(machine?: string, ...snapshots: readonly string[]): Promise<ChildProcess>;
}

export const adminToken = 'token-of-the-first-admin';

export interface ServiceOptions {
  readonly webhookNetworks?: readonly string[];
  /** GitLab's calls are taken where they are signed with it. */
  readonly gitlab?: { readonly secret: string };
  /** Where its directory is made. */
  readonly below?: string;
  /** The API's; default: it says nothing. */
  readonly log?: Logger;
}

/** API in this process, workers with a fake core in processes of their own, real PostgreSQL, real Redis where asked. */
export async function startService(
  backend: 'postgres' | 'redis',
  { below, log = pino({ level: 'silent' }), ...more }: ServiceOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<TestService> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(below ?? tmpdir(), 'rehearsal-test-service-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const database = stack.use(await startDatabase());
  const redis = backend === 'redis' ? stack.use(await startRedis()) : undefined;
  const queueUrl = redis?.url ?? database.url;
  const onError = () => undefined;
  const store = stack.use(await openStore({ url: database.url, onError, artifacts: artifactsOf(env) }));
  const queue = stack.use(await openQueue({ url: queueUrl, onError }));
  await store.tokens.add(adminToken, { name: 'admin', scopes: ['admin'] }, { name: 'the test' });
  const parts = {
    ...{ store, queue, scratchDir: join(dir, 'incoming'), archiveBytesMax: 1024 * 1024 },
    signingKey: await keptSigningKey(join(dir, 'signing-key.pem')),
    requestsPerMinuteMax: 6_000,
    ...more,
  };
  const app = await buildApi(parts, log);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  stack.defer(() => app.close());
  const workers: ChildProcess[] = [];
  stack.defer(async () => {
    await Promise.all(workers.map(killed));
  });
  const owned = stack.move();
  return {
    address,
    dir,
    databaseUrl: database.url,
    queueUrl,
    store,
    queue,
    routes: app.routeTable,
    loseQueue: async () => {
      await redis?.client.flushall();
    },
    ask: (path, request = {}) => {
      const headers = new Headers({ authorization: `Bearer ${adminToken}` });
      for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, String(value));
      return fetch(new URL(path, address), { redirect: 'manual', ...request, headers });
    },
    startWorker: async (machine = 'one-machine', ...snapshots) => {
      const program = join(import.meta.dirname, 'fake-worker.ts');
      const worker = spawn(process.execPath, [program, database.url, queueUrl, dir, machine, ...snapshots], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        env: { ...process.env, ...env },
      });
      workers.push(worker);
      if (worker.stdout !== null) await once(worker.stdout, 'data');
      return worker;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

export function artifactsOf(env: Readonly<Record<string, string>>): Artifacts | undefined {
  return artifactsOfEnvironment(env, (key, message) => {
    throw new Error(`${key} ${message}`);
  });
}

export async function killed(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exited;
}

/** A bundle that is valid and does nothing, as a `.tar.gz`. */
export async function makeBundle(
  dir: string,
  version: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const source = await mkdtemp(join(dir, 'bundle-'));
  const files = {
    'rehearsal.yaml': [
      'rehearsal: 1',
      'service: alerts',
      `version: ${version}`,
      'snapshot: { sql: [seed.sql] }',
      'migrate: [{ name: pre-deploy, sql: [up.sql] }]',
      'apps: none',
      '',
    ].join('\n'),
    'seed.sql': 'CREATE TABLE alerts (id int PRIMARY KEY);\n',
    'up.sql': 'ALTER TABLE alerts ADD COLUMN seen_at timestamptz;\n',
    ...extra,
  };
  await mkdir(source, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(source, name), text);
  const { stdout } = await promisify(execFile)('tar', ['-czf', '-', '-C', source, '.'], { encoding: 'buffer' });
  await rm(source, { recursive: true });
  return stdout;
}

export async function submitted(
  service: TestService,
  archive: Buffer,
  headers: Readonly<Record<string, string>> = {},
  query = '',
) {
  const response = await service.ask(`/v1/rehearsals${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/gzip', ...headers },
    body: new Uint8Array(archive),
  });
  return {
    response,
    body: (await response.json()) as { id: string; status: string; code: string; problems: unknown[] },
  };
}

export function untilStatus(service: TestService, id: string, status: string): Promise<unknown> {
  return eventually(async () => {
    const found = (await (await service.ask(`/v1/rehearsals/${id}`)).json()) as { readonly status: string };
    return found.status === status;
  });
}

/** Status, headers and JSON of an answer, as whoever knows the token gets them. */
export async function askJson(service: TestService, path: string, request?: RequestInit) {
  const response = await service.ask(path, request);
  return { status: response.status, headers: response.headers, body: (await response.json()) as never };
}

export async function judged(
  service: TestService,
  version: string,
): Promise<{ readonly id: string; readonly archive: Buffer }> {
  const archive = await makeBundle(service.dir, version);
  const { body } = await submitted(service, archive);
  await untilStatus(service, body.id, 'judged');
  return { id: body.id, archive };
}

export const post = (content: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(content),
  headers: { 'content-type': 'application/json' },
});
