import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import type { Engine } from './engine.ts';

const lookAtFileEveryMs = 25;
const askEngineEveryMs = 500;

export interface MemoryWatch extends Disposable {
  /** The kernel's own high-water mark as last seen: page cache included. */
  peakBytes(): number | undefined;
}

/** A container's control group is gone the moment it ends, so its high-water mark is read while it lives. */
export function watchMemory(engine: Engine, container: Docker.Container, pid: number): MemoryWatch {
  let peakBytes: number | undefined;
  const note = (bytes: number | undefined): void => {
    if (bytes !== undefined && bytes > (peakBytes ?? 0)) peakBytes = bytes;
  };
  const file = engine.ownContainer === undefined ? peakFileOf(pid) : undefined;
  const look = (): void => {
    if (file !== undefined) note(readNumber(file));
    else void askEngine(container).then(note);
  };
  look();
  const timer = setInterval(look, file === undefined ? askEngineEveryMs : lookAtFileEveryMs);
  timer.unref();
  return { peakBytes: () => peakBytes, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Version 1 and 2 of control groups. Source: kernel documentation, cgroup-v1/memory and cgroup-v2. */
function peakFileOf(pid: number): string | undefined {
  const groups = pid > 0 ? readText(`/proc/${pid}/cgroup`) : undefined;
  if (groups === undefined) return undefined;
  const first = /^\d+:memory:(.*)$/m.exec(groups)?.[1];
  if (first !== undefined) return `/sys/fs/cgroup/memory${first}/memory.max_usage_in_bytes`;
  const second = /^0::(.*)$/m.exec(groups)?.[1];
  return second === undefined ? undefined : `/sys/fs/cgroup${second}/memory.peak`;
}

async function askEngine(container: Docker.Container): Promise<number | undefined> {
  // A container that ended meanwhile has nothing to say.
  const stats = await container.stats({ stream: false, 'one-shot': true }).catch(() => undefined);
  return stats?.memory_stats?.max_usage ?? stats?.memory_stats?.usage;
}

const readNumber = (file: string): number | undefined => {
  const text = readText(file);
  return text === undefined ? undefined : Number(text);
};

/** Undefined where the process ended meanwhile. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
