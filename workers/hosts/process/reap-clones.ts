import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { DataRoot } from '../data-root.ts';
import { abandonedWorkspaces, removeWorkspace, type Workspace } from '../workspace.ts';
import { killGroup, type ProcessGroups, signal } from './process-group.ts';
import { pidsOfMachine } from './scanned-groups.ts';
import { takeBackUsers } from './users.ts';

export interface ReapParts {
  readonly dataRoot: DataRoot;
  readonly clock: Clock;
  readonly groups: ProcessGroups;
}

const stopServerWaitMs = 3000;

/** Kills what still runs in abandoned clones and half-made snapshots, then removes their data. */
export async function reapClones({ dataRoot, clock, groups }: ReapParts): Promise<void> {
  for (const parent of [dataRoot.clones, dataRoot.scratch]) {
    for (const workspace of await abandonedWorkspaces(parent, clock.wallTime())) {
      await stopServerOf(workspace, clock);
      await groups.reap(`${workspace.id}-`);
      await killGroup({ members: () => processesOf(workspace) }, clock);
      await removeWorkspace(workspace);
    }
  }
  await takeBackUsers(dataRoot.locks);
}

/** Asked to stop at once rather than killed, a server takes its shared memory along. */
async function stopServerOf(workspace: Workspace, clock: Clock): Promise<void> {
  const pidFile = await readFile(join(workspace.dir, 'pgdata', 'postmaster.pid'), 'utf8').catch(() => '');
  const server = Number.parseInt(pidFile, 10);
  const isRunning = async (): Promise<boolean> => (await processesOf(workspace)).includes(server);
  if (!(await isRunning())) return;
  signal(server, 'SIGQUIT');
  const deadline = clock.now() + stopServerWaitMs;
  while ((await isRunning()) && clock.now() < deadline) await clock.wait(20);
}

/**
 * Whatever works in the workspace or was given a home there; its path is unique, so nobody else's process can be meant.
 */
async function processesOf({ dir }: Workspace): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const belongs = async (pid: number): Promise<boolean> => {
    const workingDirectory = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (workingDirectory.startsWith(`${dir}/`)) return true;
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return environment
      .split('\0')
      .some((entry) => entry.startsWith(`HOME=${dir}/`) || entry.startsWith(`TMPDIR=${dir}/`));
  };
  const pids = pidsOfMachine();
  const found = await Promise.all(pids.map(belongs));
  return pids.filter((pid, index) => found[index] === true && pid !== process.pid);
}
