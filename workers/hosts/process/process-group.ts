import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Clock } from '../../../shared/edge/ports/clock.ts';

/** All processes that descend from one command, wherever they went, and the memory they use together. */
export interface ProcessGroup {
  /** Called with the leader before it runs anything of its own. */
  admit(leader: number): Promise<void>;
  /** Those alive now. */
  members(): Promise<readonly number[]>;
  /** Processes killed for memory so far. */
  oomKills(): Promise<number>;
  memoryPeakBytes(): Promise<number | undefined>;
  /** In use now; undefined where nobody can look, or nobody has yet. */
  memoryBytes(): Promise<number | undefined>;
  /** Only once all members are gone. */
  remove(): Promise<void>;
}

/** Makes groups; one way for the whole host. */
export interface ProcessGroups {
  readonly memoryLimit: 'cgroup' | 'watchdog' | 'none';
  /** `marks`: values of HOME and TMPDIR that no other process has. */
  make(name: string, marks: readonly string[], memoryBytes: number | undefined): Promise<ProcessGroup>;
  /** Kills and removes groups whose name begins so, left by an owner that died. */
  reap(namePrefix: string): Promise<void>;
}

const killWaitMs = 30_000;
const pollMs = 5;

/** SIGKILL until nobody is left: a process may have forked between the look and the signal. */
export async function killGroup(group: Pick<ProcessGroup, 'members'>, clock: Clock): Promise<void> {
  const deadline = clock.now() + killWaitMs;
  for (let members = await group.members(); members.length > 0; members = await group.members()) {
    for (const pid of members) signal(pid, 'SIGKILL');
    if (clock.now() > deadline) {
      throw new RehearsalError(
        'machine',
        'process-survives',
        `process ${members.join(', ')} did not end after SIGKILL`,
        `see what the kernel is waiting for: cat /proc/${members[0] ?? ''}/stack`,
      );
    }
    await clock.wait(pollMs);
  }
}

/** SIGTERM to every member; true once all are gone in time. */
export async function terminateGroup(
  group: Pick<ProcessGroup, 'members'>,
  graceMs: number,
  clock: Clock,
): Promise<boolean> {
  for (const pid of await group.members()) signal(pid, 'SIGTERM');
  const deadline = clock.now() + graceMs;
  while ((await group.members()).length > 0) {
    if (clock.now() > deadline) return false;
    await clock.wait(pollMs);
  }
  return true;
}

/** A process that ended between the look and the signal needs none. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
