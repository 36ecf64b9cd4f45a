import { type Manifest, sqlSnapshotMajor } from '../domain/bundle.ts';
import { type Lack, lackKinds, type Needs, type Room, type RoomSnapshot } from '../domain/placement.ts';
import { formatSize } from './units.ts';

/** The server of a clone with PostgreSQL's own default of 128 MiB `shared_buffers`, and its sessions. */
const serverBytes = 256 * 1024 ** 2;

/** One phase runs at a time, beside both versions at most; where no limit is declared nothing is known. */
export function needsOf({ snapshot, postgres, phases, rollback, apps }: Manifest): Needs {
  const ofPhases = [...phases, ...(rollback === undefined ? [] : [rollback])].map((phase) => phase.memoryBytes ?? 0);
  const ofApps = apps === 'none' ? 0 : (apps.previous.memoryBytes ?? 0) + (apps.next.memoryBytes ?? 0);
  const major = postgres.major ?? (snapshot.kind === 'sql' ? sqlSnapshotMajor : undefined);
  return {
    ...(major === undefined ? {} : { major }),
    memoryBytes: serverBytes + Math.max(0, ...ofPhases) + ofApps,
  };
}

/** The first thing that keeps a machine from taking a rehearsal on this snapshot: `sql`, `name` or `name@version`. */
export function lackOf(snapshot: string, needs: Needs, room: Room): Lack | undefined {
  if (room.engineAway === true) return { lacks: 'engine' };
  const known = snapshot === 'sql' ? undefined : room.snapshots.filter((one) => isMeant(snapshot, one));
  if (known?.length === 0) return { lacks: 'snapshot', snapshot };
  // A snapshot runs on its own major; a bundle that names another is told so where it is found.
  const major = known === undefined ? needs.major : known.at(-1)?.major;
  if (major !== undefined && room.majors?.includes(major) === false) return { lacks: 'major', major };
  const copied = room.copiesInFull === true ? Math.max(0, ...(known ?? []).map(({ bytes }) => bytes)) : 0;
  const diskBytes = copied + (room.diskReserveBytes ?? 0);
  if ((room.diskFreeBytes ?? Number.POSITIVE_INFINITY) < diskBytes) return { lacks: 'disk', neededBytes: diskBytes };
  const { memoryBytes } = needs;
  if ((room.memoryFreeBytes ?? Number.POSITIVE_INFINITY) < memoryBytes) {
    return { lacks: 'memory', neededBytes: memoryBytes };
  }
  return undefined;
}

/** What all of these machines lack, as the one says that comes closest; undefined: one of them can take it. */
export function lackOfAll(snapshot: string, needs: Needs, rooms: readonly Room[]): Lack | undefined {
  let closest: Lack = { lacks: 'worker' };
  for (const room of rooms) {
    const lack = lackOf(snapshot, needs, room);
    if (lack === undefined) return undefined;
    if (lackKinds.indexOf(lack.lacks) > lackKinds.indexOf(closest.lacks)) closest = lack;
  }
  return closest;
}

export function sayLack(lack: Lack): string {
  switch (lack.lacks) {
    case 'worker':
      return 'No worker was heard of lately. Start one; the rehearsal begins by itself.';
    case 'engine':
      return 'The container engine of every live worker is away. Start it again; the rehearsal goes on by itself.';
    case 'snapshot':
      return `No live worker has the snapshot ${lack.snapshot}. Make it on a worker: rehearse snapshot create ${lack.snapshot.replace(/@.*/, '')}`;
    case 'major':
      return `No live worker has PostgreSQL ${lack.major}. Start a worker with REHEARSAL_HOST=docker, or set postgres.major in rehearsal.yaml.`;
    case 'disk':
      return `No live worker has ${formatSize(lack.neededBytes)} of disk left. Free some: rehearse snapshot prune`;
    case 'memory':
      return `No live worker has ${formatSize(lack.neededBytes)} of memory left for it. Wait for one, or lower the memory limits in rehearsal.yaml.`;
  }
}

const isMeant = (snapshot: string, { name, version }: RoomSnapshot): boolean =>
  snapshot === name || snapshot === `${name}@${version}`;
