import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { adminRole } from './base-cluster.ts';
import { readControlFile, walFileName, walFiles, walSegmentBytes } from './pg-control.ts';
import type { Workshop } from './workshop.ts';

/**
 * Statistics and visibility as a well-kept production has them, a new superuser password, a clean stop, no spare WAL.
 */
export async function finishCluster(workshop: Workshop, database: string): Promise<Login> {
  const admin = { user: adminRole, password: newPassword() };
  {
    await using session = await workshop.connect(database);
    await session.query('VACUUM ANALYZE');
    await session.query(`ALTER ROLE ${adminRole} PASSWORD '${admin.password}'`);
    // What stood in the WAL so far stays behind in segments that are removed.
    await session.query('SELECT pg_switch_wal()');
    await session.query('CHECKPOINT');
  }
  await workshop.stopCleanly();
  await removeSpareWal(workshop.pgdata);
  await rm(join(workshop.pgdata, 'postmaster.opts'), { force: true });
  return admin;
}

/** Hex: safe in URLs, SQL and configuration files alike. */
export const newPassword = (): string => randomBytes(18).toString('hex');

/**
 * After a clean stop recovery starts at the last checkpoint: every WAL file with a greater name only waits to be used
 * again, and one with a smaller name is not needed any more.
 */
async function removeSpareWal(pgdata: string): Promise<void> {
  const { isCleanlyStopped, timeline, checkpoint } = await readControlFile(pgdata);
  if (!isCleanlyStopped) throw new Error(`${pgdata} was not stopped cleanly`);
  const current = walFileName(timeline, checkpoint, await walSegmentBytes(pgdata));
  for (const name of await walFiles(pgdata)) if (name !== current) await rm(join(pgdata, 'pg_wal', name));
}

/** A cluster has a thousand small files, for which a stream each is the greater part of the work. */
const wholeFileBytesMax = 1024 * 1024;

export interface TreeContent {
  readonly digest: string;
  readonly bytes: number;
}

/** SHA-256 over path, size and content of every file, in byte order of the paths. */
export async function contentOf(dir: string): Promise<TreeContent> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  let bytes = 0;
  for (const file of files.sort()) {
    const { size } = await stat(file);
    bytes += size;
    hash.update(`${file.slice(dir.length + 1)}\0${size}\0`);
    if (size <= wholeFileBytesMax) hash.update(await readFile(file));
    else for await (const chunk of createReadStream(file, { highWaterMark: wholeFileBytesMax })) hash.update(chunk);
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}
