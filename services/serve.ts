import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { RehearsalError } from '../shared/domain/problem.ts';
import { tryLockFile } from '../shared/edge/adapters/directory-lock.ts';
import { readOwnerProcess } from '../shared/edge/adapters/owner-process.ts';
import { newToken } from './api/new-token.ts';
import { startOwnPostgres } from './own-postgres.ts';

export interface ServeOptions {
  readonly dataRoot: string;
  /** PORT, HOST, REHEARSAL_TOKEN, REHEARSAL_HOST, DATABASE_URL, REDIS_URL and LOG_LEVEL are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Service extends AsyncDisposable {
  /** `http://host:port` */
  readonly address: string;
  /** Admin token: the given one, or the one that was made at the first start and is kept below the data root. */
  readonly token: string;
  /** Settles when the API ended without being asked; nothing here starts it again. */
  readonly ended: Promise<void>;
}

/**
 * The whole service on this machine: our own PostgreSQL (unless DATABASE_URL names one), the API and one worker, each a
 * process of its own. A worker that ends without being asked is started again; leaving the scope stops all of it.
 */
export async function serve({ dataRoot, env }: ServeOptions): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  await mkdir(dataRoot, { recursive: true });
  const token = env.REHEARSAL_TOKEN ?? (await keptToken(dataRoot));
  const databaseUrl = env.DATABASE_URL ?? (await ownDatabase(dataRoot, stack));
  const shared = { ...env, DATABASE_URL: databaseUrl, REHEARSAL_DATA: dataRoot, REHEARSAL_TOKEN: token };
  const api = stack.use(start('services/api/main.ts', shared, shortPauses));
  const [address] = await api.said(/^listening (\S+)$/);
  const worker = stack.use(keepAlive('workers/main.ts', { ...shared, REHEARSAL_TOKEN: undefined }));
  await worker.firstReady;
  const owned = stack.move();
  return {
    address: address ?? '',
    token,
    ended: api.ended,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

async function ownDatabase(dataRoot: string, stack: AsyncDisposableStack): Promise<string> {
  stack.use(await onlyServiceOf(dataRoot));
  return stack.use(await startOwnPostgres(dataRoot)).url;
}

/** A second service would take an earlier one's database for what a killed owner left running, and stop it. */
async function onlyServiceOf(dataRoot: string): Promise<AsyncDisposable> {
  await mkdir(join(dataRoot, 'service'), { recursive: true });
  const file = join(dataRoot, 'service', 'running');
  const held = await tryLockFile(file);
  if (held !== undefined) return held;
  const pid = (await readOwnerProcess(file))?.pid;
  throw new RehearsalError(
    'machine',
    'already-serving',
    `A service runs on ${dataRoot} already (process ${pid ?? 'unknown'}).`,
    `Use that one, stop it (kill ${pid ?? 'PID'}), or give this one a place of its own: REHEARSAL_DATA=/path npm start`,
  );
}

async function keptToken(dataRoot: string): Promise<string> {
  const file = join(dataRoot, 'service', 'token');
  // Not there, or not ours to read: a new one is made, and writing it says what is wrong.
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  await mkdir(join(dataRoot, 'service'), { recursive: true });
  const token = newToken();
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}

interface Program extends AsyncDisposable {
  readonly ended: Promise<void>;
  /**
   * The groups of the first line on its stdout that fits. Throws RehearsalError `did-not-start` where it ends before.
   */
  said(line: RegExp): Promise<readonly string[]>;
}

/** MiB; while V8 collects nobody is answered: often and briefly, or the gate's slowest answers wait for it. */
const shortPauses = ['--max-semi-space-size=4'];

function start(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  flags: readonly string[] = [],
): Program {
  const path = join(import.meta.dirname, '..', program);
  // A group of its own: Ctrl-C in a terminal reaches us, and we stop them in order. The channel ends when we do, even
  // by kill -9, and then they stop by themselves.
  const stdio: StdioOptions = ['ignore', 'pipe', 'inherit', 'ipc'];
  const child = spawn(process.execPath, [...flags, path], { env, detached: true, stdio });
  const ended = once(child, 'exit').then(() => undefined);
  if (child.stdout === null) throw new Error('a piped stdout that is not there');
  const lines = createInterface({ input: child.stdout });
  return {
    ended,
    said: (line) =>
      new Promise((resolve, reject) => {
        lines.on('line', (text) => {
          const found = line.exec(text);
          if (found !== null) resolve(found.slice(1));
        });
        const failed = () =>
          reject(
            new RehearsalError('machine', 'did-not-start', `${program} did not start.`, 'Read what it said above.'),
          );
        ended.then(failed, failed);
      }),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Starts it again whenever it ends, a second later, until its scope is left. */
function keepAlive(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly firstReady: Promise<unknown> } & AsyncDisposable {
  let current = start(program, env);
  let stopping = false;
  const firstReady = current.said(/^working /);
  const kept = (async () => {
    for (;;) {
      await current.ended;
      if (stopping) return;
      await delay(1_000);
      if (stopping) return;
      current = start(program, env);
    }
  })();
  return {
    firstReady,
    [Symbol.asyncDispose]: async () => {
      stopping = true;
      await current[Symbol.asyncDispose]();
      await kept;
    },
  };
}
