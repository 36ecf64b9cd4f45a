import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { CloneHost } from '../../shared/edge/ports/clone-host.ts';
import type { Capacity } from '../../shared/edge/ports/worker-register.ts';

export interface CapacityOptions extends Pick<Capacity, 'runsAtOnce' | 'diskReserveBytes' | 'copiesInFull' | 'majors'> {
  readonly dataRoot: string;
  readonly host: Pick<CloneHost, 'isThere'>;
}

/** What this machine has left at this moment. */
export async function capacityOf({ dataRoot, host, ...steady }: CapacityOptions): Promise<Capacity> {
  const [{ bavail, bsize }, isThere = true] = await Promise.all([statfs(dataRoot), host.isThere?.()]);
  const free = { memoryFreeBytes: freemem(), diskFreeBytes: bavail * bsize };
  return { ...steady, ...free, ...(isThere ? {} : { engineAway: true }) };
}
