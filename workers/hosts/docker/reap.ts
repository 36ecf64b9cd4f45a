import { dirname } from 'node:path';
import { abandonedWorkspaces, removeWorkspace } from '../workspace.ts';
import type { CloneParts } from './clone-parts.ts';
import { unlessGone } from './engine.ts';
import { cloneLabel, isLeftOver } from './labels.ts';
import { removeLeftOver } from './networks.ts';

/** Containers first, then the networks that they were in, then the data that they had open. */
export async function reapLeftOvers(parts: CloneParts): Promise<void> {
  const { engine, clock } = parts;
  const now = clock.wallTime();
  const filters = { label: [cloneLabel] };
  const directories = new Map<string, string>();
  for (const { Id, Labels } of await engine.docker.listContainers({ all: true, filters })) {
    if (!(await isLeftOver(engine, Labels, now))) continue;
    await unlessGone(engine.docker.getContainer(Id).remove({ force: true, v: true }));
    directories.set(Labels[cloneLabel] ?? '', Labels['rehearsal.workspace'] ?? '');
  }
  for (const { Id, Labels = {} } of await engine.docker.listNetworks({ filters })) {
    if (!(await isLeftOver(engine, Labels, now))) continue;
    await removeLeftOver(engine, Id);
    directories.set(Labels[cloneLabel] ?? '', Labels['rehearsal.workspace'] ?? '');
  }
  // Data of another root are that root's to remove.
  for (const [id, dir] of directories) if (dirname(dir) === parts.workspaces) await removeWorkspace({ id, dir });
  for (const workspace of await abandonedWorkspaces(parts.workspaces, now)) await removeWorkspace(workspace);
}
