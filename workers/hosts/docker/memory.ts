import { existsSync, readFileSync } from 'node:fs';
import { beginSeries, rounded, type SteppedMaxima, withLook } from '../../../shared/domain/series.ts';

const lookEveryMs = 25;

export interface MemoryWatch extends Disposable {
  /**
   * The kernel's own high-water mark as last seen, page cache included; undefined where its files are not to be seen
   * from here.
   */
  peakBytes(): number | undefined;
  /** What was in use from look to look; undefined where that is not to be seen. */
  curve(): SteppedMaxima | undefined;
}

/** A container's control group is gone the moment it ends, so its high-water mark is read while it lives. */
export function watchMemory(containerId: string, pid: number, now: () => number): MemoryWatch {
  const files = filesOf(containerId, pid);
  const startedMs = now();
  let peakBytes: number | undefined;
  let curve = beginSeries(0);
  const look = (): void => {
    const peak = files === undefined ? undefined : readText(files.peak);
    if (peak !== undefined) peakBytes = Number(peak);
    const used = files === undefined ? undefined : readText(files.used);
    if (used !== undefined) curve = withLook(curve, now() - startedMs, Number(used));
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return {
    peakBytes: () => peakBytes,
    curve: () => (curve.most.length === 0 ? undefined : rounded(curve)),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** Versions 1 and 2 of control groups. Source: kernel documentation, cgroup-v1/memory and cgroup-v2. */
function filesOf(containerId: string, pid: number): { readonly peak: string; readonly used: string } | undefined {
  const groups = readText(`/proc/${pid}/cgroup`) ?? '';
  // A worker that is a container does not see that process; where the two drivers of the engine put its group is known.
  const paths = [
    /^(?:\d+:memory|0:):(.*)$/m.exec(groups)?.[1],
    `/docker/${containerId}`,
    `/system.slice/docker-${containerId}.scope`,
  ];
  return paths
    .filter((path) => path?.includes(containerId))
    .flatMap((path) => {
      const [version1, version2] = [`/sys/fs/cgroup/memory${path}`, `/sys/fs/cgroup${path}`];
      return [
        { peak: `${version1}/memory.max_usage_in_bytes`, used: `${version1}/memory.usage_in_bytes` },
        { peak: `${version2}/memory.peak`, used: `${version2}/memory.current` },
      ];
    })
    .find(({ peak }) => existsSync(peak));
}

/** Undefined where the process ended meanwhile. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
