import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Capacity } from '../../shared/edge/ports/worker-register.ts';

export interface CapacityOptions extends Pick<Capacity, 'runsAtOnce' | 'diskReserveBytes' | 'copiesInFull' | 'majors'> {
  readonly dataRoot: string;
}

/** What this machine has left at this moment. */
export async function capacityOf({ dataRoot, ...steady }: CapacityOptions): Promise<Capacity> {
  const { bavail, bsize } = await statfs(dataRoot);
  return { ...steady, memoryFreeBytes: freemem(), diskFreeBytes: bavail * bsize };
}
