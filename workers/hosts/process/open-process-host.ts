import { availableParallelism, totalmem } from 'node:os';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { Clone, CloneHost } from '../../../shared/edge/ports/clone-host.ts';
import type { Sql } from '../../../shared/edge/ports/sql.ts';
import type { DataRoot } from '../data-root.ts';
import { openCgroupGroups } from './cgroup-groups.ts';
import type { CloneParts } from './clone-parts.ts';
import { makeProcessClone } from './process-clone.ts';
import { reapClones } from './reap-clones.ts';
import { Runtime } from './runtime.ts';
import { scannedGroups } from './scanned-groups.ts';
import { serverUser } from './users.ts';

export interface ProcessHostOptions {
  readonly dataRoot: DataRoot;
  readonly sql: Sql;
  readonly clock: Clock;
  /** `watchdog` watches memory itself even where cgroups may be made; default: cgroups where they may. */
  readonly memory?: 'auto' | 'watchdog';
}

/** Clones as servers from npm's Postgres binaries and commands as child processes: for bundles you trust. */
export async function openProcessHost({
  dataRoot,
  sql,
  clock,
  memory = 'auto',
}: ProcessHostOptions): Promise<CloneHost> {
  const groups = (memory === 'auto' ? await openCgroupGroups(clock) : undefined) ?? scannedGroups;
  const parts: CloneParts = { dataRoot, sql, clock, groups, runtime: new Runtime(dataRoot) };
  return {
    kind: 'process',
    async facts(major) {
      return {
        kind: 'process',
        postgres: (await parts.runtime.postgres(major)).version,
        memoryLimit: groups.memoryLimit,
        cpus: availableParallelism(),
        memoryBytes: totalmem(),
        commandsRunAs: serverUser() === undefined ? 'same-user' : 'own-user',
      };
    },
    clone: (request): Promise<Clone> => makeProcessClone(parts, request, request.snapshot.pgdata),
    reap: () => reapClones(parts),
  };
}
