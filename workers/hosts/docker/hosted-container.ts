import { constants } from 'node:os';
import { PassThrough } from 'node:stream';
import type Docker from 'dockerode';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { HostedProcess, ProcessExit } from '../../../shared/edge/ports/clone-host.ts';
import { OutputTail } from '../process/output-tail.ts';
import { type Engine, unlessGone } from './engine.ts';
import { type MemoryWatch, watchMemory } from './memory.ts';
import type { OomEvents } from './oom-events.ts';

/** CONTRACT 1.3. */
const stopGraceMs = 5000;
const drainWaitMs = 2000;
/**
 * The event comes from another thread of the engine than the end; where a kill for memory is likely it is waited for.
 */
const oomEventWaitMs = 1000;

export interface HostedParts {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly oomEvents: OomEvents;
  readonly memoryBytes: number | undefined;
  readonly timeoutMs: number | undefined;
  /** Removes what was made for it beside the container. */
  readonly cleanUp: () => Promise<void>;
}

export interface Output {
  readonly stdout: OutputTail;
  readonly stderr: OutputTail;
  readonly complete: Promise<void>;
}

/** Attached before the start, so that no word of it is lost. */
export async function attach(engine: Engine, container: Docker.Container): Promise<Output> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  engine.docker.modem.demuxStream(stream, stdout, stderr);
  const complete = new Promise<void>((resolve) => {
    const end = (): void => {
      stdout.end();
      stderr.end();
      resolve();
    };
    stream.once('end', end).once('close', end).once('error', end);
  });
  return { stdout: new OutputTail(stdout), stderr: new OutputTail(stderr), complete };
}

/** One process of the bundle and all that it starts: a container, which ends with its first process. */
export class HostedContainer implements HostedProcess {
  readonly pid: number;
  readonly startedAt: Date;
  readonly exited: Promise<ProcessExit>;
  readonly #container: Docker.Container;
  readonly #parts: HostedParts;
  readonly #output: Output;
  #hasEnded = false;
  #disposal: Promise<void> | undefined;

  constructor(container: Docker.Container, output: Output, parts: HostedParts, pid: number, startedAt: Date) {
    this.pid = pid;
    this.startedAt = startedAt;
    this.#container = container;
    this.#parts = parts;
    this.#output = output;
    this.exited = this.#untilExited(watchMemory(container.id, pid, () => parts.clock.now()));
  }

  output(): { readonly stdout: string; readonly stderr: string } {
    return { stdout: this.#output.stdout.text(), stderr: this.#output.stderr.text() };
  }

  async kill(): Promise<void> {
    await unlessGone(this.#container.kill({ signal: 'SIGKILL' }));
    await this.exited;
  }

  async stop(): Promise<void> {
    if (!this.#hasEnded) await this.#terminate();
    const waiting = new AbortController();
    const late = quietly(this.#parts.clock.wait(stopGraceMs, waiting.signal));
    await Promise.race([late, this.exited]);
    waiting.abort();
    if (!this.#hasEnded) await this.kill();
    await this.exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  async #dispose(): Promise<void> {
    try {
      await this.stop();
    } finally {
      await unlessGone(this.#container.remove({ force: true, v: true }));
      await this.#parts.cleanUp();
    }
  }

  /**
   * To every process inside, as to a group; a shell does that. Images without one get the signal for their first
   * process only.
   */
  async #terminate(): Promise<void> {
    const reached = this.#parts.engine.init && (await this.#signalAll().catch(() => false));
    if (!reached) await unlessGone(this.#container.kill({ signal: 'SIGTERM' }));
  }

  async #signalAll(): Promise<boolean> {
    const exec = await this.#container.exec({ Cmd: ['/bin/sh', '-c', 'kill -TERM -1'], AttachStderr: true });
    const stream = await exec.start({});
    await new Promise<void>((resolve) => {
      stream.resume().once('end', resolve).once('close', resolve).once('error', resolve);
    });
    return (await exec.inspect()).ExitCode === 0;
  }

  async #untilExited(memory: MemoryWatch): Promise<ProcessExit> {
    const ended = new AbortController();
    const { timeoutMs, memoryBytes, oomEvents } = this.#parts;
    const timedOut = timeoutMs === undefined ? undefined : this.#killAfter(timeoutMs, ended.signal);
    const exitCode = await this.#status();
    this.#hasEnded = true;
    ended.abort();
    memory[Symbol.dispose]();
    const patience = new AbortController();
    await Promise.race([this.#output.complete, quietly(this.#parts.clock.wait(drainWaitMs, patience.signal))]);
    patience.abort();
    const peakBytes = memory.peakBytes();
    const wasNear = memoryBytes !== undefined && (exitCode === 137 || (peakBytes ?? 0) > memoryBytes * 0.9);
    const oomKilled =
      oomEvents.count(this.#container.id) > 0 ||
      (await this.#saysOomKilled()) ||
      (wasNear && (await timedOut) !== true && (await oomEvents.within(this.#container.id, oomEventWaitMs)));
    const signal = signalOf(exitCode);
    const used = memory.curve();
    return {
      exitCode,
      ...(signal === undefined ? {} : { signal }),
      oomKilled,
      timedOut: (await timedOut) ?? false,
      // A kill for memory is proof that the limit was reached, whatever the last look saw.
      ...(oomKilled && memoryBytes !== undefined ? { memoryPeakBytes: Math.max(memoryBytes, peakBytes ?? 0) } : {}),
      ...(!oomKilled && peakBytes !== undefined ? { memoryPeakBytes: peakBytes } : {}),
      ...(used === undefined ? {} : { memory: used }),
    };
  }

  /** A container that was removed from outside was killed by that. */
  async #status(): Promise<number> {
    const { StatusCode } = (await this.#container.wait().catch(() => ({ StatusCode: 137 }))) as { StatusCode: number };
    return StatusCode;
  }

  async #saysOomKilled(): Promise<boolean> {
    // A container that is gone says nothing more; the engine's events were heard until then.
    const found = await this.#container.inspect().catch(() => undefined);
    return found?.State.OOMKilled === true;
  }

  /** True where it came to that. */
  async #killAfter(timeoutMs: number, ended: AbortSignal): Promise<boolean> {
    await quietly(this.#parts.clock.wait(timeoutMs, ended));
    if (ended.aborted) return false;
    await unlessGone(this.#container.kill({ signal: 'SIGKILL' }));
    return true;
  }
}

/** As a shell says it: 128 and the signal's number. */
function signalOf(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];
}

/** A wait that was called off has ended too. */
const quietly = (waiting: Promise<void>): Promise<void> => waiting.catch(() => undefined);
