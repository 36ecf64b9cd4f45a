import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import { enforcedSettings, refusedSetting } from '../server-settings.ts';
import { freePort } from './free-port.ts';
import { launch } from './launch.ts';
import { OutputTail } from './output-tail.ts';
import { killGroup, type ProcessGroup, type ProcessGroups, signal } from './process-group.ts';
import { serverUser } from './users.ts';

export interface ServerParts {
  /** Unique on this machine; names the server's process group. */
  readonly id: string;
  readonly program: string;
  readonly pgdata: string;
  readonly logDirectory: string;
  readonly groups: ProcessGroups;
  readonly clock: Clock;
}

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Backends that the kernel killed for memory. */
  oomKills(): Promise<number>;
  /**
   * `fast`: sessions end, a checkpoint is written, the data are clean. `immediate`: the data are not needed any more.
   * `killed`: as `kill -9` of the postmaster and all its backends; the next start recovers.
   */
  stop(how: 'fast' | 'immediate' | 'killed'): Promise<void>;
}

const portAttempts = 10;
const startWaitMs = 60_000;
const stopWaitMs = { fast: 120_000, immediate: 3000, killed: 3000 } as const;
const stopSignal = { fast: 'SIGINT', immediate: 'SIGQUIT', killed: 'SIGKILL' } as const;
const pollMs = 3;

/** Starts a server on 127.0.0.1 and waits until it accepts connections; without a port it finds a free one. */
export async function startServer(parts: ServerParts, port?: number): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort());
    const outcome = await tryStart(parts, chosen);
    if (outcome.started) return outcome.server;
    const portIsTaken = /could not bind|Address already in use/.test(outcome.said);
    if (!portIsTaken || attempt === portAttempts) throw didNotStart(outcome.said);
    // A port that must stay the same may only be on its way to being free again.
    if (port !== undefined) await parts.clock.wait(100);
  }
}

type Outcome =
  | { readonly started: true; readonly server: RunningServer }
  | { readonly started: false; readonly said: string };

async function tryStart(parts: ServerParts, port: number): Promise<Outcome> {
  const { pgdata, clock } = parts;
  const settings = enforcedSettings({ listenAddresses: '127.0.0.1', port, logDirectory: parts.logDirectory });
  const group = await parts.groups.make(`${parts.id}-server`, [pgdata], undefined);
  const child = await launch({
    program: parts.program,
    args: ['-D', pgdata, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    dir: pgdata,
    env: { LANG: 'C.UTF-8', TZ: 'UTC', PATH: '/usr/bin:/bin', HOME: pgdata },
    user: serverUser(),
    group,
  });
  const said = new OutputTail(child.stderr);
  child.stdout?.resume();
  if (await becomesReady(child, pgdata, clock)) return { started: true, server: new Server(child, port, group, clock) };
  await killGroup(group, clock);
  await group.remove();
  return { started: false, said: said.text() };
}

/** The last line of postmaster.pid becomes `ready` once connections are accepted; pg_ctl looks there too. */
async function becomesReady(child: ChildProcess, pgdata: string, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + startWaitMs;
  while (!hasEnded(child) && clock.now() < deadline) {
    const lines = (await readFile(join(pgdata, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true;
    await clock.wait(pollMs);
  }
  return false;
}

class Server implements RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #group: ProcessGroup;
  readonly #clock: Clock;

  constructor(child: ChildProcess, port: number, group: ProcessGroup, clock: Clock) {
    this.#child = child;
    this.#group = group;
    this.#clock = clock;
    this.pid = child.pid ?? Number.NaN;
    this.port = port;
  }

  oomKills(): Promise<number> {
    return this.#group.oomKills();
  }

  async stop(how: keyof typeof stopSignal): Promise<void> {
    // Seen while their parent lives, backends are known as its children afterwards too.
    await this.#group.members();
    if (!hasEnded(this.#child)) {
      const exited = once(this.#child, 'exit');
      signal(this.pid, stopSignal[how]);
      const called = new AbortController();
      // A wait that is called off has ended too.
      const late = this.#clock.wait(stopWaitMs[how], called.signal).catch(() => undefined);
      await Promise.race([exited, late]);
      called.abort();
    }
    const wasSlow = !hasEnded(this.#child);
    // The log's collector and backends of a killed server may outlive it by a moment.
    if (how !== 'fast' || wasSlow) await killGroup(this.#group, this.#clock);
    await this.#untilEmpty();
    await this.#group.remove();
    if (how === 'fast' && wasSlow) throw didNotStop(stopWaitMs.fast);
  }

  async #untilEmpty(): Promise<void> {
    while ((await this.#group.members()).length > 0) await this.#clock.wait(pollMs);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

function didNotStart(said: string): RehearsalError {
  const reason = said.split('\n').find((line) => /FATAL:|ERROR:/.test(line)) ?? said.trim().split('\n').at(-1) ?? '';
  const detail = reason.replace(/^.*?(?:FATAL|ERROR):\s*/, '');
  const refused = refusedSetting(said);
  if (refused !== undefined) return refused;
  return new RehearsalError(
    'machine',
    'server-did-not-start',
    `the clone's server did not start: ${detail === '' ? 'it said nothing' : detail}`,
    'run `rehearse doctor`, and look at free disk and shared memory: df -h . /dev/shm',
  );
}

function didNotStop(afterMs: number): RehearsalError {
  return new RehearsalError(
    'machine',
    'server-did-not-stop',
    `the clone's server did not stop cleanly within ${afterMs / 1000} s and was killed`,
    'look at the load of the disk that holds the data root: iostat -x 1 3',
  );
}
