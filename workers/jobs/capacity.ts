import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Capacity } from '../../shared/edge/ports/worker-register.ts';

/** What this machine has left at this moment. */
export async function capacityOf({
  dataRoot,
  runsAtOnce,
}: {
  readonly dataRoot: string;
  readonly runsAtOnce: number;
}): Promise<Capacity> {
  const { bavail, bsize } = await statfs(dataRoot);
  return { runsAtOnce, memoryFreeBytes: freemem(), diskFreeBytes: bavail * bsize };
}
