import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import { killGroup, type ProcessGroup, type ProcessGroups } from './process-group.ts';

/** Every cgroup of ours begins so, which is how a reaper knows it. */
const prefix = 'rehearsal-';
const removeAttempts = 100;
const removeWaitMs = 10;

/** Groups as cgroups of the memory controller, version 1 or 2; undefined where none may be made here. */
export async function openCgroupGroups(clock: Clock): Promise<ProcessGroups | undefined> {
  for (const hierarchy of await hierarchies()) {
    const probe = new Cgroup(
      join(hierarchy.dir, `${prefix}probe-${randomBytes(6).toString('hex')}`),
      hierarchy.files,
      clock,
    );
    try {
      await probe.make(64 * 1024 * 1024);
      await probe.oomKills();
      return groupsIn(hierarchy, clock);
    } catch {
      // Read-only, not delegated, or without the memory controller: another hierarchy or the watchdog will do.
    } finally {
      await rmdir(probe.dir).catch(() => undefined);
    }
  }
  return undefined;
}

interface Hierarchy {
  readonly dir: string;
  readonly files: MemoryFiles;
}

/** What the two versions call the same thing. Source: kernel documentation, cgroup-v1/memory and cgroup-v2. */
interface MemoryFiles {
  /** In the order in which the kernel accepts them. */
  readonly limits: readonly { readonly file: string; readonly swap: boolean }[];
  readonly events: string;
  readonly peak: string;
  readonly used: string;
}

const version1: MemoryFiles = {
  limits: [
    { file: 'memory.limit_in_bytes', swap: false },
    { file: 'memory.memsw.limit_in_bytes', swap: false },
  ],
  events: 'memory.oom_control',
  peak: 'memory.max_usage_in_bytes',
  used: 'memory.usage_in_bytes',
};

const version2: MemoryFiles = {
  limits: [
    { file: 'memory.max', swap: false },
    { file: 'memory.swap.max', swap: true },
  ],
  events: 'memory.events',
  peak: 'memory.peak',
  used: 'memory.current',
};

/** At the top, where version 2 allows it too: below our own cgroup it does not, because a process (ours) is in it. */
async function hierarchies(): Promise<readonly Hierarchy[]> {
  const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const path = /^\d+:memory:(.*)$/m.exec(own)?.[1] ?? '/';
  return [
    { dir: '/sys/fs/cgroup/memory', files: version1 },
    { dir: join('/sys/fs/cgroup/memory', path), files: version1 },
    { dir: '/sys/fs/cgroup', files: version2 },
  ];
}

function groupsIn({ dir, files }: Hierarchy, clock: Clock): ProcessGroups {
  return {
    memoryLimit: 'cgroup',
    async make(name, _marks, memoryBytes) {
      const group = new Cgroup(join(dir, `${prefix}${name}`), files, clock);
      await group.make(memoryBytes);
      return group;
    },
    async reap(namePrefix) {
      for (const name of await readdir(dir)) {
        if (!name.startsWith(`${prefix}${namePrefix}`)) continue;
        const group = new Cgroup(join(dir, name), files, clock);
        await killGroup(group, clock);
        await group.remove();
      }
    },
  };
}

class Cgroup implements ProcessGroup {
  readonly dir: string;
  readonly #files: MemoryFiles;
  readonly #clock: Clock;

  constructor(dir: string, files: MemoryFiles, clock: Clock) {
    this.dir = dir;
    this.#files = files;
    this.#clock = clock;
  }

  async make(memoryBytes: number | undefined): Promise<void> {
    await mkdir(this.dir);
    // In a container the place may be an ordinary directory, where anything can be written and nothing is limited.
    await access(join(this.dir, 'cgroup.procs'));
    if (memoryBytes === undefined) return;
    for (const { file, swap } of this.#files.limits) {
      const path = join(this.dir, file);
      // Kernels without swap accounting lack the second file.
      const isThere = await access(path, constants.W_OK).then(
        () => true,
        () => file === this.#files.limits[0]?.file,
      );
      if (isThere) await writeFile(path, String(swap ? 0 : memoryBytes));
    }
  }

  async admit(leader: number): Promise<void> {
    await writeFile(join(this.dir, 'cgroup.procs'), String(leader));
  }

  async members(): Promise<readonly number[]> {
    const text = await readFile(join(this.dir, 'cgroup.procs'), 'utf8').catch(ifGone(''));
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  async oomKills(): Promise<number> {
    const text = await readFile(join(this.dir, this.#files.events), 'utf8').catch(ifGone('oom_kill 0'));
    const count = /^oom_kill (\d+)$/m.exec(text)?.[1];
    if (count === undefined) throw new Error(`${this.dir}/${this.#files.events} has no oom_kill`);
    return Number(count);
  }

  async memoryPeakBytes(): Promise<number | undefined> {
    // `memory.peak` came with kernel 5.19.
    return await this.#bytesIn(this.#files.peak);
  }

  memoryBytes(): Promise<number | undefined> {
    return this.#bytesIn(this.#files.used);
  }

  async #bytesIn(file: string): Promise<number | undefined> {
    const text = await readFile(join(this.dir, file), 'utf8').catch(ifGone(''));
    return text === '' ? undefined : Number(text);
  }

  /** A process that has just ended is charged to its group for a moment longer. */
  async remove(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await rmdir(this.dir);
        return;
      } catch (error) {
        if (isCode(error, 'ENOENT')) return;
        if (!isCode(error, 'EBUSY') || attempt === removeAttempts) throw error;
        await this.#clock.wait(removeWaitMs);
      }
    }
  }
}

const ifGone =
  (value: string) =>
  (error: unknown): string => {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENODEV')) return value;
    throw error;
  };

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
