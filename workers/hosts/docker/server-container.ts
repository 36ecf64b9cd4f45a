import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import { serverUser } from '../process/users.ts';
import { enforcedSettings, refusedSetting, serverLogName } from '../server-settings.ts';
import { bind, confined } from './container-shape.ts';
import { type Engine, messageOf, unlessGone } from './engine.ts';
import type { Image } from './images.ts';
import type { CloneNetwork } from './networks.ts';

export interface ServerParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly name: string;
  readonly image: Image;
  readonly network: CloneNetwork;
  readonly labels: Readonly<Record<string, string>>;
  /** In that network; stays the same over restarts. */
  readonly address: string;
  /** Holds `pgdata`, `log` and `pg_hba.conf`. */
  readonly dir: string;
  readonly memoryBytes?: number;
}

const startWaitMs = 60_000;
const stopWaitMs = 120_000;
const pollMs = 3;
const inside = '/rehearsal/server';

/** A clone's server. Made before its data are there, so that the one does not wait for the other. */
export class ServerContainer {
  readonly id: string;
  readonly #parts: ServerParts;
  readonly #container: Docker.Container;

  private constructor(parts: ServerParts, container: Docker.Container) {
    this.#parts = parts;
    this.#container = container;
    this.id = container.id;
  }

  static async make(parts: ServerParts): Promise<ServerContainer> {
    const { image, network, labels, name, address } = parts;
    const settings = {
      ...enforcedSettings({ listenAddresses: '*', port: 5432, logDirectory: `${inside}/log` }),
      hba_file: `${inside}/pg_hba.conf`,
    };
    const user = serverUser() ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const container = await parts.engine.docker.createContainer({
      name,
      Image: image.id,
      Labels: labels,
      User: `${user.uid}:${user.gid}`,
      Entrypoint: ['postgres', '-D', `${inside}/pgdata`],
      Cmd: Object.entries(settings).flatMap(([setting, value]) => ['-c', `${setting}=${value}`]),
      Env: ['LANG=C.UTF-8', 'TZ=UTC'],
      StopSignal: 'SIGINT',
      HostConfig: {
        ...confined(network, parts.memoryBytes),
        ReadonlyRootfs: true,
        Mounts: [bind(parts.dir, inside, 'writable')],
        Tmpfs: { '/tmp': 'mode=1777', '/run': 'mode=1777' },
        ShmSize: 1024 ** 3,
      },
      NetworkingConfig: { EndpointsConfig: { [network.name]: { IPAMConfig: { IPv4Address: address } } } },
    });
    return new ServerContainer(parts, container);
  }

  /** Settles once it accepts connections. */
  async start(): Promise<void> {
    await this.#container.start();
    let hasEnded = false;
    const ended = this.#container.wait().finally(() => {
      hasEnded = true;
    });
    // Whether it ended is all that is asked; a container that was removed has ended.
    ended.catch(() => undefined);
    const deadline = this.#parts.clock.now() + startWaitMs;
    while (!hasEnded && this.#parts.clock.now() < deadline) {
      if (await this.#acceptsConnections()) return;
      await this.#parts.clock.wait(pollMs);
    }
    throw didNotStart(await this.#lastWords());
  }

  /** Sessions end, a checkpoint is written, the data are clean. */
  async stop(): Promise<void> {
    const ended = this.#container.wait();
    await unlessGone(this.#container.kill({ signal: 'SIGINT' }));
    const waiting = new AbortController();
    const late = this.#parts.clock.wait(stopWaitMs, waiting.signal).then(
      () => true,
      () => false,
    );
    const wasLate = await Promise.race([late, ended.then(() => false)]);
    waiting.abort();
    if (wasLate) throw didNotStop();
  }

  /** The first process of a container takes all others along; what it leaves must be recovered at the next start. */
  async crash(): Promise<void> {
    const ended = this.#container.wait();
    await unlessGone(this.#container.kill({ signal: 'SIGKILL' }));
    await ended;
    // It still says that the killed server is ready, and the next one has the same number.
    await rm(join(this.#parts.dir, 'pgdata', 'postmaster.pid'), { force: true });
    await this.start();
  }

  async remove(): Promise<void> {
    await unlessGone(this.#container.remove({ force: true, v: true }));
  }

  /** The last line of postmaster.pid becomes `ready` once connections are accepted; pg_ctl looks there too. */
  async #acceptsConnections(): Promise<boolean> {
    const text = await readFile(join(this.#parts.dir, 'pgdata', 'postmaster.pid'), 'utf8').catch(() => '');
    return text.split('\n')[7]?.trim() === 'ready';
  }

  /** What it said before its log's collector ran, then what that wrote. */
  async #lastWords(): Promise<string> {
    const streams = await this.#container
      .logs({ stdout: true, stderr: true, follow: false })
      .catch(() => Buffer.alloc(0));
    const log = await readFile(join(this.#parts.dir, 'log', serverLogName), 'utf8').catch(() => '');
    return `${streams.toString('latin1')}\n${log}`;
  }
}

export function serverNotMade(cause: unknown): RehearsalError {
  return new RehearsalError(
    'machine',
    'server-not-made',
    `the engine made no container for the clone's server: ${messageOf(cause)}`,
    'the data root must lie at the same path for the engine and for this worker: set REHEARSAL_DATA to such a path',
    { cause },
  );
}

function didNotStart(said: string): RehearsalError {
  const lines = said.split('\n').filter((line) => /FATAL|ERROR|PANIC|parameter|could not/.test(line));
  const reason = (lines[0] ?? said.trim().split('\n').at(-1) ?? '').replace(/^.*?(?:FATAL|ERROR|LOG):\s*/, '');
  return (
    refusedSetting(said) ??
    new RehearsalError(
      'machine',
      'server-did-not-start',
      `the clone's server did not start: ${reason === '' ? 'it said nothing' : reason}`,
      'see that the image is of the same major as the snapshot: docker images postgres',
    )
  );
}

function didNotStop(): RehearsalError {
  return new RehearsalError(
    'machine',
    'server-did-not-stop',
    `the clone's server did not stop cleanly within ${stopWaitMs / 1000} s`,
    'look at the load of the disk that holds the data root: iostat -x 1 3',
  );
}
