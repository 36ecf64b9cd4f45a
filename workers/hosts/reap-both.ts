import { join } from 'node:path';
import type { CloneHost } from '../../shared/edge/ports/clone-host.ts';
import type { HostParts } from './choose-host.ts';
import { removeDeadLocks } from './dead-locks.ts';
import { openEngine } from './docker/engine.ts';
import { reapLeftOvers } from './docker/reap.ts';
import { openCgroupGroups } from './process/cgroup-groups.ts';
import { reapClones } from './process/reap-clones.ts';
import { scannedGroups } from './process/scanned-groups.ts';
import { abandonedWorkspaces } from './workspace.ts';

/** Whoever crashed here may have used the other host, and snapshots are always made by processes: both are looked at. */
export function reapingBoth(host: CloneHost, parts: HostParts): CloneHost {
  return {
    ...host,
    reap: async () => {
      await host.reap();
      await removeDeadLocks(parts.dataRoot.locks);
      if (host.kind === 'process') await reapContainers(parts);
      else await reapClones({ ...parts, groups: (await openCgroupGroups(parts.clock)) ?? scannedGroups });
    },
  };
}

async function reapContainers(parts: HostParts): Promise<void> {
  const workspaces = join(parts.dataRoot.dir, 'docker-clones');
  const left = await abandonedWorkspaces(workspaces, parts.clock.wallTime());
  if (left.length === 0) return;
  // Without its engine nothing of it runs; its data stay until an engine answers, which may still have them open.
  const engine = await openEngine().catch(() => undefined);
  if (engine !== undefined) await reapLeftOvers({ engine, workspaces, ...parts });
}
