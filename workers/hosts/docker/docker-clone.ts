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
import type { LentUser } from '../process/users.ts';
import { serverLogName } from '../server-settings.ts';
import { removeWorkspace, type Workspace } from '../workspace.ts';
import type { CloneParts } from './clone-parts.ts';
import type { CloneNetwork } from './networks.ts';
import type { OomEvents } from './oom-events.ts';
import type { ServerContainer } from './server-container.ts';
import { bundlePath, startProcess, toolsPath } from './start-process.ts';

/** What a clone is made of, in the order in which it is taken apart. */
export interface Made {
  readonly parts: CloneParts;
  readonly request: CloneRequest;
  readonly workspace: Workspace;
  readonly lent: LentUser;
  readonly toolsDir: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network: CloneNetwork;
  readonly server: ServerContainer;
  readonly oomEvents: OomEvents;
  readonly cloneMs: number;
  /** Another clone, of these data. */
  cloneOf(pgdata: string): Promise<Clone>;
  /** A server that follows this one. */
  standbyOf(primary: ServerAddress): Promise<Standby>;
}

const oomEventWaitMs = 1000;
const logAttempts = 200;
const logWaitMs = 5;

export class DockerClone implements Clone {
  readonly id: string;
  readonly cloneMs: number;
  readonly method: CopyMethod;
  readonly admin: ServerAddress;
  readonly migrate: Clone['migrate'];
  readonly apps: Clone['apps'];
  readonly tapHost: string;
  readonly toolsPath = toolsPath;
  readonly bundlePath = bundlePath;
  readonly #made: Made;
  /** Those under way too: who leaves meanwhile waits for them, so that nothing starts behind its back. */
  readonly #processes = new Set<Promise<HostedProcess>>();
  readonly #standbys = new Set<Promise<Standby>>();
  #forking: Promise<unknown> = Promise.resolve();
  #disposal: Promise<void> | undefined;

  constructor(made: Made) {
    const { snapshot } = made.request;
    this.#made = made;
    this.id = made.workspace.id;
    this.cloneMs = made.cloneMs;
    this.method = made.parts.dataRoot.method;
    this.admin = { host: made.network.serverAddress, port: 5432, ...snapshot.admin, database: snapshot.database };
    this.migrate = snapshot.migrate;
    this.apps = snapshot.apps;
    this.tapHost = made.network.tapHost;
  }

  async start(request: ProcessRequest): Promise<HostedProcess> {
    this.#refuseIfGone();
    const { parts, workspace, network, oomEvents, labels, toolsDir, lent } = this.#made;
    const name = randomBytes(3).toString('hex');
    const starting = startProcess(
      {
        engine: parts.engine,
        clock: parts.clock,
        oomEvents,
        network,
        labels,
        toolsDir,
        name: `rehearsal-${this.id}-${name}`,
        dir: join(workspace.dir, 'processes', name),
        bundleDir: join(workspace.dir, 'bundle'),
        user: lent.user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      },
      request,
    );
    this.#processes.add(starting);
    return await starting;
  }

  async standby(): Promise<Standby> {
    this.#refuseIfGone();
    const starting = this.#made.standbyOf(this.admin);
    this.#standbys.add(starting);
    return await starting;
  }

  async fork(): Promise<Clone> {
    this.#refuseIfGone();
    const forking = this.#fork();
    // Whoever leaves the scope only waits for its end; that it failed is told to who asked for it.
    this.#forking = forking.catch(() => undefined);
    return await forking;
  }

  async #fork(): Promise<Clone> {
    const { cloneOf, workspace, server } = this.#made;
    await server.stop();
    try {
      return await cloneOf(join(workspace.dir, 'server', 'pgdata'));
    } finally {
      await server.start();
    }
  }

  async crash(): Promise<void> {
    this.#refuseIfGone();
    const crashing = this.#made.server.crash();
    // Whoever leaves the scope only waits for its end; that it failed is told to who asked for it.
    this.#forking = crashing.catch(() => undefined);
    await crashing;
  }

  #refuseIfGone(): void {
    if (this.#disposal !== undefined) throw new Error(`the clone ${this.id} is being removed`);
  }

  async serverLog(): Promise<string> {
    const mark = `rehearsal log mark ${randomBytes(8).toString('hex')}`;
    const isMarked = await this.#writeToLog(mark);
    for (let attempt = 0; ; attempt += 1) {
      const log = await this.#readLog();
      if (!isMarked || log.includes(mark) || attempt === logAttempts) return withoutMarks(log);
      await this.#made.parts.clock.wait(logWaitMs);
    }
  }

  /**
   * The engine tells of kills, the log of how many backends they took; a backend that somebody killed by hand is no
   * such kill.
   */
  async backendsOomKilled(): Promise<number> {
    const { oomEvents, server } = this.#made;
    const killed = (await this.#readLog()).match(/was terminated by signal 9/g)?.length ?? 0;
    if (killed === 0) return oomEvents.count(server.id) > 0 ? 1 : 0;
    return (await oomEvents.within(server.id, oomEventWaitMs)) ? killed : 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  /** Everything goes, whatever one step says: the stack runs them all and tells the first failure afterwards. */
  async #dispose(): Promise<void> {
    const { workspace, lent, network, server, oomEvents } = this.#made;
    await this.#forking;
    const started = await Promise.allSettled(this.#processes);
    const standbys = await Promise.allSettled(this.#standbys);
    const processes = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    await using steps = new AsyncDisposableStack();
    steps.defer(() => removeWorkspace(workspace));
    steps.use(lent);
    steps.defer(() => network.remove());
    steps.use(oomEvents);
    steps.defer(() => server.remove());
    for (const standby of standbys) if (standby.status === 'fulfilled') steps.use(standby.value);
    // Nobody waits for a command to say goodbye to a server that is thrown away.
    steps.defer(() => allOf(processes.map((process) => process.kill().then(() => process[Symbol.asyncDispose]()))));
  }

  #readLog(): Promise<string> {
    return readFile(join(this.#made.workspace.dir, 'server', 'log', serverLogName), 'utf8').catch(() => '');
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

/** Waits for all, then tells the first failure. */
async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(work)) if (outcome.status === 'rejected') throw outcome.reason;
}

const withoutMarks = (log: string): string =>
  log
    .split('\n')
    .filter((line) => !line.includes('rehearsal log mark '))
    .join('\n');
