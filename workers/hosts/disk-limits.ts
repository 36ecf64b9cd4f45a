import { RehearsalError } from '../../shared/domain/problem.ts';
import { formatSize, parseSize } from '../../shared/plan/units.ts';

/** What of a disk is never ours, named here and nowhere else. */
export interface DiskLimits {
  /** A disk that fills up makes every server on it panic, so nothing is begun that would eat into so much. */
  readonly reserveBytes: number;
  /** What runs already is ended where less than this is left: its failures would be the disk's. */
  readonly floorBytes: number;
}

const GiB = 1024 ** 3;
const reserveBytesDefault = 2 * GiB;
const floorPart = 1 / 4;
const variable = 'REHEARSAL_DISK_RESERVE';

/** `REHEARSAL_DISK_RESERVE` (such as 500MiB) for small disks; a quarter of it is the floor. */
export function diskLimits(env: Readonly<Record<string, string | undefined>>): DiskLimits {
  const named = env[variable];
  const reserveBytes = named === undefined || named === '' ? reserveBytesDefault : parseSize(named);
  if (reserveBytes === null) {
    throw new RehearsalError('machine', 'invalid-environment', `${variable}=${named} is no size`, `${variable}=2GiB`);
  }
  return { reserveBytes, floorBytes: Math.floor(reserveBytes * floorPart) };
}

/** Throws RehearsalError `disk-full` where so much more would eat into the reserve. */
export function refuseFullDisk(dir: string, freeBytes: number, neededBytes: number, limits: DiskLimits): void {
  if (freeBytes >= neededBytes + limits.reserveBytes) return;
  const detail = `${dir} has ${inGiB(freeBytes)} free; ${inGiB(neededBytes)} are needed and ${inGiB(limits.reserveBytes)} must stay free`;
  throw new RehearsalError('machine', 'disk-full', detail, remedy(limits));
}

/** What a run that was ended for the disk is told of. */
export function diskRanFull(dir: string, freeBytes: number, limits: DiskLimits): RehearsalError {
  const detail = `the disk ran full during the run: ${dir} had ${inGiB(freeBytes)} left, and below ${inGiB(limits.floorBytes)} nothing that fails is evidence`;
  return new RehearsalError('machine', 'disk-ran-full', detail, remedy(limits));
}

const remedy = ({ reserveBytes }: DiskLimits): string =>
  `free some room (\`rehearse snapshot prune\` removes old snapshots), put the data root on another disk with REHEARSAL_DATA=/path, or lower ${variable}=${formatSize(reserveBytes)}`;

const inGiB = (bytes: number): string =>
  bytes >= GiB ? `${(bytes / GiB).toFixed(1)} GiB` : `${Math.max(0, bytes / 1024 ** 2).toFixed(0)} MiB`;
