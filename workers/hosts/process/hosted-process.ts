import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { HostedProcess, ProcessExit, ProcessRequest } from '../../../shared/edge/ports/clone-host.ts';
import { copyTree } from '../copy-tree.ts';
import { removeTree } from '../remove-tree.ts';
import { makeWritable } from '../writable-paths.ts';
import { findProgram } from './find-program.ts';
import { followMemory } from './follow-memory.ts';
import { freePort } from './free-port.ts';
import { launch } from './launch.ts';
import { OutputTail } from './output-tail.ts';
import { killGroup, type ProcessGroup, type ProcessGroups, terminateGroup } from './process-group.ts';
import type { SystemUser } from './users.ts';

/** CONTRACT 1.3. */
const stopGraceMs = 5000;
/** Children that end with their parent need a moment. */
const endingMs = 250;
/** A grandchild that keeps the pipe open does not keep the command from having ended. */
const drainWaitMs = 1000;

export interface ProcessPlace {
  /** Unique on this machine; names the group. */
  readonly id: string;
  /** Made for this process, removed with it. */
  readonly home: string;
  readonly bundlePath: string;
  readonly nodeDirectory: string;
  readonly user: SystemUser | undefined;
  readonly groups: ProcessGroups;
  readonly clock: Clock;
}

/**
 * Starts one process of the bundle as CONTRACT 1.3 says; what cannot be started is a process that ends with 127 or 126.
 */
export async function startHostedProcess(place: ProcessPlace, request: ProcessRequest): Promise<HostedProcess> {
  const [name, ...args] = request.command ?? [];
  if (name === undefined) throw noCommand(request.name);
  const [home, temporary] = [join(place.home, 'home'), join(place.home, 'tmp')];
  await makePrivate(place.home, [home, temporary], place.user);
  const path = [place.nodeDirectory, ...(process.env.PATH ?? '').split(delimiter)].join(delimiter);
  const http = request.listens === true ? { host: '127.0.0.1', port: await freePort() } : undefined;
  const env: Record<string, string> = {
    ...{ PATH: path, HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8', TZ: 'UTC' },
    ...request.env,
    ...(http === undefined ? {} : { PORT: String(http.port), HOST: http.host }),
  };
  const group = await place.groups.make(place.id, [home, temporary], request.memoryBytes);
  try {
    const bundlePath = await bundleFor(place, request.writable ?? []);
    const found = await programOf(bundlePath, request.dir, name, path);
    const startedAt = place.clock.wallTime();
    const child = await launch({ ...found, args: found.args ?? args, env, user: place.user, group });
    const running = new RunningProcess(child, group, place, request.timeoutMs, startedAt);
    return Object.assign(running, http === undefined ? {} : { http });
  } catch (error) {
    await group.remove();
    await removeTree(place.home);
    throw error;
  }
}

class RunningProcess implements HostedProcess {
  readonly pid: number;
  readonly startedAt: Date;
  readonly exited: Promise<ProcessExit>;
  readonly #group: ProcessGroup;
  readonly #place: ProcessPlace;
  readonly #stdout: OutputTail;
  readonly #stderr: OutputTail;
  #disposal: Promise<void> | undefined;

  constructor(
    child: ChildProcess,
    group: ProcessGroup,
    place: ProcessPlace,
    timeoutMs: number | undefined,
    startedAt: Date,
  ) {
    this.pid = child.pid ?? Number.NaN;
    this.startedAt = startedAt;
    this.#group = group;
    this.#place = place;
    this.#stdout = new OutputTail(child.stdout);
    this.#stderr = new OutputTail(child.stderr);
    this.exited = this.#untilExited(child, timeoutMs);
  }

  output(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.#stdout.text(), stderr: this.#stderr.text() };
  }

  async kill(): Promise<void> {
    await killGroup(this.#group, this.#place.clock);
    await this.exited;
  }

  async stop(): Promise<void> {
    if (!(await terminateGroup(this.#group, stopGraceMs, this.#place.clock)))
      await killGroup(this.#group, this.#place.clock);
    await this.exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    await this.stop();
    await this.#group.remove();
    await removeTree(this.#place.home);
  }

  async #untilExited(child: ChildProcess, timeoutMs: number | undefined): Promise<ProcessExit> {
    const ended = new AbortController();
    const drained = Promise.all([child.stdout, child.stderr].map(untilClosed));
    const timedOut = timeoutMs === undefined ? undefined : this.#killAfter(timeoutMs, ended.signal);
    const following = followMemory(this.#group, this.#place.clock);
    const [code, signal] = await endOf(child);
    ended.abort();
    const memory = await following.stop();
    const patience = new AbortController();
    await Promise.race([drained, quietly(this.#place.clock.wait(drainWaitMs, patience.signal))]);
    patience.abort();
    const leftRunning = await this.#goesOn();
    const memoryPeakBytes = await this.#group.memoryPeakBytes();
    return {
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      ...(signal === null ? {} : { signal }),
      oomKilled: (await this.#group.oomKills()) > 0,
      timedOut: (await timedOut) ?? false,
      leftRunning,
      ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }),
      ...(memory === undefined ? {} : { memory }),
    };
  }

  /** Whether others of the group go on; what is just ending gets a moment. */
  async #goesOn(): Promise<boolean> {
    const { clock } = this.#place;
    const deadline = clock.now() + endingMs;
    while ((await this.#group.members()).length > 0) {
      if (clock.now() > deadline) return true;
      await clock.wait(10);
    }
    return false;
  }

  /** True where it came to that. */
  async #killAfter(timeoutMs: number, ended: AbortSignal): Promise<boolean> {
    await quietly(this.#place.clock.wait(timeoutMs, ended));
    if (ended.aborted) return false;
    await killGroup(this.#group, this.#place.clock);
    return true;
  }
}

async function endOf(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null]> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode];
  return (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
}

async function untilClosed(stream: Readable | null): Promise<void> {
  if (stream === null || stream.closed) return;
  await new Promise<void>((resolve) => stream.once('close', resolve));
}

/** A wait that was called off has ended too. */
const quietly = (waiting: Promise<void>): Promise<void> => waiting.catch(() => undefined);

type Start = { readonly program: string; readonly dir: string; readonly args?: readonly string[] };

/** What cannot be run is told by a process too, so that callers see it where they see every other end. */
async function programOf(bundlePath: string, dir: string, name: string, path: string): Promise<Start> {
  const start = join(bundlePath, dir);
  const isDirectory = await stat(start).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isDirectory) return complaint(bundlePath, 127, `${dir}: no such directory in the bundle`);
  const found = await findProgram(name, start, path);
  if (found.found) return { program: found.path, dir: start };
  return complaint(start, found.exitCode, found.why);
}

function complaint(dir: string, exitCode: number, why: string): Start {
  return { program: '/bin/sh', dir, args: ['-c', 'printf "%s\\n" "$1" >&2; exit "$2"', 'sh', why, String(exitCode)] };
}

/** Everybody's read-only copy; one of its own for a process that may write some of it. */
async function bundleFor(place: ProcessPlace, writable: readonly string[]): Promise<string> {
  if (writable.length === 0) return place.bundlePath;
  const own = join(place.home, 'bundle');
  await copyTree(place.bundlePath, own, 'copy');
  for (const path of writable) await makeWritable(join(own, path), place.user);
  return own;
}

async function makePrivate(parent: string, dirs: readonly string[], user: SystemUser | undefined): Promise<void> {
  for (const dir of [parent, ...dirs]) {
    await mkdir(dir, { mode: 0o700 });
    if (user !== undefined) await chown(dir, user.uid, user.gid);
  }
}

function noCommand(name: string): RehearsalError {
  return new RehearsalError(
    'bundle',
    'no-command',
    `${name} names an image but no command, and the process host runs no images`,
    'give it a command in rehearsal.yaml, or use --host docker',
  );
}
