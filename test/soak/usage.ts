import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process and its data root take of the machine. */
export interface Usage {
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly handles: number;
  readonly children: number;
  readonly mounts: number;
  readonly containers: number;
  readonly leftOver: number;
  readonly diskMiB: number;
}

/** By how much each may be more afterwards: memory is the allocator's, the rest is ours to the last one. */
export const growthMax: Usage = {
  rssMiB: 96,
  heapMiB: 16,
  handles: 0,
  children: 0,
  mounts: 0,
  containers: 0,
  leftOver: 0,
  diskMiB: 4,
};

const settleMs = 10_000;

/** After the garbage is gone and sockets that were closed are closed. */
export async function usageOf(root: string, dataDir: string): Promise<Usage> {
  let usage = look(root, dataDir);
  for (const deadline = performance.now() + settleMs; performance.now() < deadline; ) {
    await delay(500);
    const next = look(root, dataDir);
    if (next.handles >= usage.handles && next.rssMiB >= usage.rssMiB - 1) return next;
    usage = next;
  }
  return usage;
}

function look(root: string, dataDir: string): Usage {
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  const places = ['clones', 'docker-clones', 'scratch'].map((place) => join(dataDir, place));
  const left = [...places, join(root, 'locks', 'turns')].filter(existsSync).flatMap((dir) => readdirSync(dir));
  return {
    rssMiB: rss / 1024 ** 2,
    heapMiB: heapUsed / 1024 ** 2,
    handles: readdirSync('/proc/self/fd').length,
    children: childrenOf(process.pid),
    mounts: readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(root)).length,
    containers: containersOf(root),
    leftOver: left.length,
    diskMiB: bytesBelow(dataDir) / 1024 ** 2,
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
}

function childrenOf(pid: number): number {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(name));
  return parents.filter((parent) => parent === pid).length;
}

function readStat(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It ended while we looked.
    return 0;
  }
}

function containersOf(root: string): number {
  try {
    const format = '{{.Label "rehearsal.workspace"}}';
    const said = execFileSync('docker', ['ps', '-a', '--filter', 'label=rehearsal', '--format', format], {
      stdio: 'pipe',
    });
    return said
      .toString()
      .split('\n')
      .filter((line) => line.includes(root)).length;
  } catch {
    // No engine: nothing of ours can be in it.
    return 0;
  }
}

/** Blocks, so that what a copy shares is counted for each: more files are seen, however little they cost. */
function bytesBelow(dir: string): number {
  const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return names.reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).blocks * 512, 0);
}
