import { readdirSync, readFileSync } from 'node:fs';
import { statFields } from '../../../shared/edge/adapters/owner-process.ts';
import { type ProcessGroup, type ProcessGroups, signal } from './process-group.ts';

/** At least every 50 ms is promised; twice as often leaves room for a busy event loop. */
const lookEveryMs = 20;
/** Without a limit a look only finds who descends from whom, before a parent is gone. */
const lookEveryMsUnlimited = 100;

/**
 * Groups found by looking through /proc: the leader, what descends from it, shares its session, or carries its HOME or
 * TMPDIR.
 * A limit is watched over all members together, and whoever goes over it takes the whole group along.
 */
export const scannedGroups: ProcessGroups = {
  memoryLimit: process.platform === 'linux' ? 'watchdog' : 'none',
  make: async (_name, marks, memoryBytes) =>
    process.platform === 'linux' ? new ScannedGroup(marks, memoryBytes) : new SignalledGroup(),
  // Members end with their server's clone directory: see reapWorkspaces, which looks for processes that carry its path.
  reap: async () => undefined,
};

class ScannedGroup implements ProcessGroup {
  readonly #marks: readonly string[];
  readonly #limitBytes: number;
  readonly #sessions = new Set<number>();
  /** Member → start time, so that a reused pid is never taken for it. */
  readonly #members = new Map<number, string>();
  /** Processes that were looked at and do not belong: they never will. */
  #strangers = new Set<number>();
  #peakBytes = 0;
  #bytes: number | undefined;
  #kills = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(marks: readonly string[], limitBytes: number | undefined) {
    this.#marks = marks.flatMap((mark) => [`HOME=${mark}`, `TMPDIR=${mark}`]);
    this.#limitBytes = limitBytes ?? Number.POSITIVE_INFINITY;
  }

  async admit(leader: number): Promise<void> {
    this.#members.set(leader, readStat(leader)?.startTime ?? '');
    this.#sessions.add(leader);
    this.#watch = setInterval(
      () => this.#look(),
      Number.isFinite(this.#limitBytes) ? lookEveryMs : lookEveryMsUnlimited,
    );
    this.#watch.unref();
  }

  async members(): Promise<readonly number[]> {
    this.#refresh();
    return [...this.#members.keys()];
  }

  async oomKills(): Promise<number> {
    return this.#kills;
  }

  async memoryPeakBytes(): Promise<number | undefined> {
    return this.#peakBytes === 0 ? undefined : this.#peakBytes;
  }

  async memoryBytes(): Promise<number | undefined> {
    return this.#bytes;
  }

  async remove(): Promise<void> {
    clearInterval(this.#watch);
  }

  #look(): void {
    this.#refresh();
    let sumBytes = 0;
    for (const pid of this.#members.keys()) sumBytes += privateBytes(pid);
    this.#bytes = sumBytes;
    this.#peakBytes = Math.max(this.#peakBytes, sumBytes);
    if (sumBytes <= this.#limitBytes) return;
    for (const pid of this.#members.keys()) {
      signal(pid, 'SIGKILL');
      this.#kills += 1;
    }
  }

  #refresh(): void {
    const present = pidsOfMachine();
    const strangers = new Set<number>();
    for (const [pid, startTime] of this.#members) {
      const stat = readStat(pid);
      const isGone = stat === undefined || stat.startTime !== startTime || stat.state === 'Z' || stat.state === 'X';
      if (isGone) this.#members.delete(pid);
    }
    // Children may have a lower pid than their parent, so the round is repeated until nobody new is found.
    let unknown = present.filter((pid) => !this.#members.has(pid) && !this.#strangers.has(pid));
    for (let before = -1; before !== unknown.length; ) {
      before = unknown.length;
      unknown = unknown.filter((pid) => !this.#join(pid));
    }
    for (const pid of unknown) strangers.add(pid);
    for (const pid of present) if (this.#strangers.has(pid)) strangers.add(pid);
    this.#strangers = strangers;
  }

  #join(pid: number): boolean {
    const stat = readStat(pid);
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return false;
    const descends = this.#members.has(stat.parent) || this.#sessions.has(stat.session);
    if (!descends && !this.#carriesMark(pid)) return false;
    this.#members.set(pid, stat.startTime);
    this.#sessions.add(stat.session);
    return true;
  }

  #carriesMark(pid: number): boolean {
    const environment = readText(`/proc/${pid}/environ`)?.split('\0') ?? [];
    return environment.some((entry) => this.#marks.includes(entry));
  }
}

/** Without /proc there is the signal to the process group, and no limit. */
class SignalledGroup implements ProcessGroup {
  #leader: number | undefined;

  async admit(leader: number): Promise<void> {
    this.#leader = leader;
  }

  async members(): Promise<readonly number[]> {
    if (this.#leader === undefined) return [];
    try {
      process.kill(-this.#leader, 0);
      return [-this.#leader];
    } catch {
      return [];
    }
  }

  oomKills = async (): Promise<number> => 0;
  memoryPeakBytes = async (): Promise<number | undefined> => undefined;
  memoryBytes = async (): Promise<number | undefined> => undefined;
  remove = async (): Promise<void> => undefined;
}

export function pidsOfMachine(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

const readStat = (pid: number): ReturnType<typeof statFields> | undefined => {
  const text = readText(`/proc/${pid}/stat`);
  return text === undefined ? undefined : statFields(text);
};

/**
 * What a cgroup would charge: pages of programs and libraries are shared with everybody and charged to whoever came
 * first.
 */
function privateBytes(pid: number): number {
  const status = readText(`/proc/${pid}/status`) ?? '';
  const kibibytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return (kibibytes('RssAnon') + kibibytes('RssShmem')) * 1024;
}

/** Undefined where the process ended meanwhile or is none of ours to look at. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
