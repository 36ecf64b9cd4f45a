import { existsSync, readFileSync } from 'node:fs';

const lookEveryMs = 25;

export interface MemoryWatch extends Disposable {
  /**
   * The kernel's own high-water mark as last seen, page cache included; undefined where its files are not to be seen
   * from here.
   */
  peakBytes(): number | undefined;
}

/** A container's control group is gone the moment it ends, so its high-water mark is read while it lives. */
export function watchMemory(containerId: string, pid: number): MemoryWatch {
  const file = peakFileOf(containerId, pid);
  let peakBytes: number | undefined;
  const look = (): void => {
    const text = file === undefined ? undefined : readText(file);
    if (text !== undefined) peakBytes = Number(text);
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return { peakBytes: () => peakBytes, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Versions 1 and 2 of control groups. Source: kernel documentation, cgroup-v1/memory and cgroup-v2. */
function peakFileOf(containerId: string, pid: number): string | undefined {
  const groups = readText(`/proc/${pid}/cgroup`) ?? '';
  // A worker that is a container does not see that process; where the two drivers of the engine put its group is known.
  const paths = [
    /^(?:\d+:memory|0:):(.*)$/m.exec(groups)?.[1],
    `/docker/${containerId}`,
    `/system.slice/docker-${containerId}.scope`,
  ];
  return paths
    .filter((path) => path?.includes(containerId))
    .flatMap((path) => [`/sys/fs/cgroup/memory${path}/memory.max_usage_in_bytes`, `/sys/fs/cgroup${path}/memory.peak`])
    .find((path) => existsSync(path));
}

/** Undefined where the process ended meanwhile. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
