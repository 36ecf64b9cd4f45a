import { chmod, mkdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type Docker from 'dockerode';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { HostedProcess, ProcessExit, ProcessRequest } from '../../../shared/edge/ports/clone-host.ts';
import type { SystemUser } from '../process/users.ts';
import { removeTree } from '../remove-tree.ts';
import { copyPath, makeWritable } from '../writable-paths.ts';
import { bind, confined } from './container-shape.ts';
import { type Engine, messageOf, unlessGone } from './engine.ts';
import { attach, HostedContainer, type Output } from './hosted-container.ts';
import { findImage, type Image, nodeImageNames } from './images.ts';
import type { CloneNetwork } from './networks.ts';
import type { OomEvents } from './oom-events.ts';

/** Where a process finds what is its own. */
export const bundlePath = '/bundle';
export const toolsPath = '/rehearsal/tools';
const port = 8080;

export interface ProcessPlace {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly oomEvents: OomEvents;
  readonly network: CloneNetwork;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Made for this process, removed with it. */
  readonly dir: string;
  readonly bundleDir: string;
  readonly toolsDir: string;
  readonly user: SystemUser;
}

/**
 * Starts one process of the bundle as CONTRACT 1.3 says; what cannot be started is a process that ends with 127 or 126.
 */
export async function startProcess(place: ProcessPlace, request: ProcessRequest): Promise<HostedProcess> {
  const { engine, clock } = place;
  const image = await findImage(engine, request.image === undefined ? nodeImageNames(process.env) : [request.image]);
  if (request.command === undefined && !image.hasCommand) throw noCommand(request.name, image.name);
  if (!(await isDirectory(join(place.bundleDir, request.dir)))) {
    return endedProcess(clock.wallTime(), 127, `${request.dir}: no such directory in the bundle`);
  }
  for (const name of ['home', 'tmp']) {
    await mkdir(join(place.dir, name), { recursive: true });
    // An image may bring a user of its own; the directory above is known to nobody else.
    await chmod(join(place.dir, name), 0o777);
  }
  await using failed = new AsyncDisposableStack();
  failed.defer(() => removeTree(place.dir));
  for (const [at, path] of (request.writable ?? []).entries()) {
    await copyPath(join(place.bundleDir, path), join(place.dir, `writable-${at}`));
    await makeWritable(join(place.dir, `writable-${at}`), 'everybody');
  }
  const started = await startContainer(place, request, image);
  if ('exitCode' in started) return endedProcess(clock.wallTime(), started.exitCode, started.why);
  const found = await started.container.inspect();
  failed.move();
  const hosted = new HostedContainer(
    started.container,
    started.output,
    {
      engine,
      clock,
      oomEvents: place.oomEvents,
      memoryBytes: request.memoryBytes,
      timeoutMs: request.timeoutMs,
      cleanUp: () => removeTree(place.dir),
    },
    found.State.Pid,
    new Date(found.State.StartedAt),
  );
  const address = found.NetworkSettings.Networks[place.network.name]?.IPAddress ?? '';
  return Object.assign(hosted, request.listens === true ? { http: { host: address, port } } : {});
}

type Started =
  | { readonly container: Docker.Container; readonly output: Output }
  | { readonly exitCode: 126 | 127; readonly why: string };

async function startContainer(place: ProcessPlace, request: ProcessRequest, image: Image): Promise<Started> {
  const { engine } = place;
  const container = await makeContainer(place, request, image);
  try {
    const output = await attach(engine, container);
    await container.start();
    return { container, output };
  } catch (cause) {
    await unlessGone(container.remove({ force: true, v: true }));
    const said = messageOf(cause);
    if (engine.init && /docker-init|no init binary/i.test(said)) {
      engine.init = false;
      return startContainer(place, request, image);
    }
    if (/permission denied|is a directory/i.test(said)) return { exitCode: 126, why: said };
    if (/executable file not found|no such file or directory/i.test(said)) return { exitCode: 127, why: said };
    throw notStarted(request.name, cause);
  }
}

async function makeContainer(place: ProcessPlace, request: ProcessRequest, image: Image): Promise<Docker.Container> {
  const { engine, network, user } = place;
  try {
    return await engine.docker.createContainer({
      name: place.name,
      Image: image.id,
      Labels: { ...place.labels, 'rehearsal.process': request.name },
      User: isPrivileged(image.user) ? `${user.uid}:${user.gid}` : image.user,
      Env: environment(request, image),
      ...(request.command === undefined
        ? {}
        : { Entrypoint: [...request.command], Cmd: [], WorkingDir: posix.join(bundlePath, request.dir) }),
      HostConfig: {
        ...confined(network, request.memoryBytes),
        Init: engine.init,
        Mounts: [
          ...bundleMounts(place, request.writable ?? []),
          bind(place.toolsDir, toolsPath, 'read-only'),
          bind(join(place.dir, 'home'), '/rehearsal/home', 'writable'),
          bind(join(place.dir, 'tmp'), '/rehearsal/tmp', 'writable'),
        ],
      },
    });
  } catch (cause) {
    throw notStarted(request.name, cause);
  }
}

/** The private copies lie over what they were copied from. */
function bundleMounts({ bundleDir, dir }: ProcessPlace, writable: readonly string[]): Docker.MountConfig {
  const over = writable.map((path, at) =>
    bind(join(dir, `writable-${at}`), posix.join(bundlePath, path).replace(/\/$/, ''), 'writable'),
  );
  return writable.includes('.') ? over : [bind(bundleDir, bundlePath, 'read-only'), ...over];
}

/**
 * A name without a value takes the variable away. A command gets PATH of its image and nothing else of it (CONTRACT
 * 1.3); an image's
 * own entrypoint keeps what it was made with.
 */
function environment(request: ProcessRequest, image: Image): string[] {
  const given: Record<string, string> = {
    HOME: '/rehearsal/home',
    TMPDIR: '/rehearsal/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...request.env,
    ...(request.listens === true ? { PORT: String(port), HOST: '0.0.0.0' } : {}),
  };
  const ofImage = request.command === undefined ? [] : image.env.map((entry) => entry.split('=')[0] ?? '');
  const removed = ['HOSTNAME', ...ofImage].filter((name) => name !== 'PATH' && !(name in given));
  return [...removed, ...Object.entries(given).map(([name, value]) => `${name}=${value}`)];
}

const isPrivileged = (user: string): boolean => /^(?:|0+|root)(?::.*)?$/.test(user);

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

/** What never ran, told where callers look for every other end. */
function endedProcess(startedAt: Date, exitCode: number, why: string): HostedProcess {
  const exit: ProcessExit = { exitCode, oomKilled: false, timedOut: false };
  return {
    pid: 0,
    startedAt,
    exited: Promise.resolve(exit),
    output: () => ({ stdout: '', stderr: `${why}\n` }),
    kill: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function noCommand(name: string, image: string): RehearsalError {
  return new RehearsalError(
    'bundle',
    'no-command',
    `${name} has no command, and its image ${image} has none either`,
    'give it a command in rehearsal.yaml',
  );
}

function notStarted(name: string, cause: unknown): RehearsalError {
  return new RehearsalError(
    'machine',
    'process-not-started',
    `the engine did not start ${name}: ${messageOf(cause)}`,
    'see what the engine says: docker events --since 5m --until 0s',
    { cause },
  );
}
