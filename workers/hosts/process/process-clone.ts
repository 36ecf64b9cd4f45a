import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Clone,
  CloneRequest,
  HostedProcess,
  ProcessRequest,
  Standby,
} from '../../../shared/edge/ports/clone-host.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import type { CopyMethod } from '../copy-tree.ts';
import { serverLogName } from '../server-settings.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../workspace.ts';
import { copyBundle, copyData } from './clone-copies.ts';
import type { CloneParts } from './clone-parts.ts';
import { startHostedProcess } from './hosted-process.ts';
import { type RunningServer, type ServerParts, startServer } from './postmaster.ts';
import { startStandby } from './standby.ts';
import { type LentUser, lendCommandUser } from './users.ts';

/** A clone of `pgdata` in a workspace of its own; leaves nothing behind where it fails. */
export async function makeProcessClone(
  parts: CloneParts,
  request: CloneRequest,
  pgdata: string,
): Promise<ProcessClone> {
  const startedMs = parts.clock.now();
  const { dataRoot } = parts;
  await dataRoot.requireFree(dataRoot.method === 'reflink' ? 0 : request.snapshot.facts.bytes);
  const workspace = await makeWorkspace(dataRoot.clones, request.owner);
  await using failed = new AsyncDisposableStack();
  failed.defer(() => removeWorkspace(workspace));
  const lent = await lendCommandUser(dataRoot.locks);
  failed.use(lent);
  const box = join(workspace.dir, 'box');
  const [programs, nodeDirectory, toolsPath] = await allOrFirstFailure([
    parts.runtime.postgres(request.snapshot.facts.major),
    parts.runtime.nodeDirectory(),
    parts.runtime.directory(request.toolsDir),
    copyData(pgdata, workspace, dataRoot.method, request),
    copyBundle(request.bundleDir, box, lent),
  ]);
  const server: ServerParts = {
    id: workspace.id,
    program: programs.postgres,
    pgdata: join(workspace.dir, 'pgdata'),
    logDirectory: join(workspace.dir, 'log'),
    groups: parts.groups,
    clock: parts.clock,
  };
  const running = await startServer(server);
  failed.move();
  const cloneMs = parts.clock.now() - startedMs;
  return new ProcessClone({ parts, request, workspace, lent, box, nodeDirectory, toolsPath, server, cloneMs }, running);
}

interface Made {
  readonly parts: CloneParts;
  readonly request: CloneRequest;
  readonly workspace: Workspace;
  readonly lent: LentUser;
  /** Holds the bundle and the homes; only the clone's own command user gets in. */
  readonly box: string;
  readonly nodeDirectory: string;
  readonly toolsPath: string;
  readonly server: ServerParts;
  readonly cloneMs: number;
}

export class ProcessClone implements Clone {
  readonly id: string;
  readonly cloneMs: number;
  readonly method: CopyMethod;
  readonly migrate: Clone['migrate'];
  readonly apps: Clone['apps'];
  readonly tapHost = '127.0.0.1';
  readonly toolsPath: string;
  readonly bundlePath: string;
  readonly #made: Made;
  /** Those under way too: who leaves meanwhile waits for them, so that nothing starts behind its back. */
  readonly #processes = new Set<Promise<HostedProcess>>();
  readonly #standbys = new Set<Promise<Standby>>();
  #restarting: Promise<unknown> = Promise.resolve();
  #server: RunningServer;
  #disposal: Promise<void> | undefined;

  constructor(made: Made, server: RunningServer) {
    const { workspace, request, parts } = made;
    this.#made = made;
    this.#server = server;
    this.id = workspace.id;
    this.cloneMs = made.cloneMs;
    this.method = parts.dataRoot.method;
    this.migrate = request.snapshot.migrate;
    this.apps = request.snapshot.apps;
    this.toolsPath = made.toolsPath;
    this.bundlePath = join(made.box, 'bundle');
  }

  get admin(): ServerAddress {
    const { admin, database } = this.#made.request.snapshot;
    return { host: '127.0.0.1', port: this.#server.port, ...admin, database };
  }

  async start(request: ProcessRequest): Promise<HostedProcess> {
    this.#refuseIfGone();
    const { parts, lent, nodeDirectory, box } = this.#made;
    const { groups, clock } = parts;
    const name = randomBytes(3).toString('hex');
    const [id, home, bundlePath] = [`${this.id}-${name}`, join(box, name), this.bundlePath];
    const starting = startHostedProcess(
      { id, home, bundlePath, nodeDirectory, user: lent.user, groups, clock },
      request,
    );
    this.#processes.add(starting);
    return await starting;
  }

  async standby(): Promise<Standby> {
    this.#refuseIfGone();
    const { parts, request, server } = this.#made;
    const starting = startStandby(parts, request, { program: server.program, primary: this.admin });
    this.#standbys.add(starting);
    return await starting;
  }

  fork(): Promise<Clone> {
    const { parts, request, server } = this.#made;
    return this.#restart('fast', () => makeProcessClone(parts, request, server.pgdata));
  }

  crash(): Promise<void> {
    return this.#restart('killed', async () => undefined);
  }

  async #restart<T>(how: 'fast' | 'killed', meanwhile: () => Promise<T>): Promise<T> {
    this.#refuseIfGone();
    const { port } = this.#server;
    const restarting = (async () => {
      await this.#server.stop(how);
      try {
        return await meanwhile();
      } finally {
        this.#server = await startServer(this.#made.server, port);
      }
    })();
    // Whoever leaves the scope only waits for its end; that it failed is told to who asked for it.
    this.#restarting = restarting.catch(() => undefined);
    return await restarting;
  }

  #refuseIfGone(): void {
    if (this.#disposal !== undefined) throw new Error(`the clone ${this.id} is being removed`);
  }

  async serverLog(): Promise<string> {
    const mark = `rehearsal log mark ${randomBytes(8).toString('hex')}`;
    const isMarked = await this.#writeToLog(mark);
    for (let attempt = 0; ; attempt += 1) {
      const log = await readFile(join(this.#made.server.logDirectory, serverLogName), 'utf8').catch(() => '');
      if (!isMarked || log.includes(mark) || attempt === logAttempts) return withoutMarks(log);
      await this.#made.parts.clock.wait(logWaitMs);
    }
  }

  backendsOomKilled(): Promise<number> {
    return this.#server.oomKills();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  /** Everything goes, whatever one step says: the stack runs them all and tells the first failure afterwards. */
  async #dispose(): Promise<void> {
    await this.#restarting;
    const started = await Promise.allSettled(this.#processes);
    const standbys = await Promise.allSettled(this.#standbys);
    await using steps = new AsyncDisposableStack();
    steps.defer(() => removeWorkspace(this.#made.workspace));
    steps.use(this.#made.lent);
    steps.defer(() => this.#server.stop('immediate'));
    for (const standby of standbys) if (standby.status === 'fulfilled') steps.use(standby.value);
    for (const process of started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))) {
      steps.use(process);
      // Nobody waits for a command to say goodbye to a server that is thrown away.
      steps.defer(() => process.kill());
    }
  }

  /**
   * The log's collector writes a moment after the client hears: what was logged before the mark is there once the mark
   * is.
   */
  async #writeToLog(mark: string): Promise<boolean> {
    try {
      await using session = await this.#made.parts.sql.connect(this.admin, 'rehearsal/server-log');
      await session.query(`DO $$ BEGIN RAISE LOG '${mark}'; END $$`);
      return true;
    } catch {
      // A server that is down has written all it will.
      return false;
    }
  }
}

const logAttempts = 200;
const logWaitMs = 5;

const withoutMarks = (log: string): string =>
  log
    .split('\n')
    .filter((line) => !line.includes('rehearsal log mark '))
    .join('\n');

/** Like Promise.all, but nothing is still being written when it throws, so that what was made can be removed. */
async function allOrFirstFailure<T extends readonly unknown[]>(
  work: {
    readonly [K in keyof T]: Promise<T[K]>;
  },
): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
}
