import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { adminRole } from './base-cluster.ts';
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
    await session.query('CHECKPOINT');
  }
  await workshop.stopCleanly();
  await removeSpareWal(workshop.pgdata);
  await rm(join(workshop.pgdata, 'postmaster.opts'), { force: true });
  return admin;
}

/** Hex: safe in URLs, SQL and configuration files alike. */
export const newPassword = (): string => randomBytes(18).toString('hex');

/** `DB_SHUTDOWNED` of pg_control.h. */
const cleanlyStopped = 1;

/**
 * After a clean stop recovery starts at the last checkpoint: every WAL file with a greater name only waits to be used
 * again.
 * Offsets in pg_control are the same in 15 to 18. Source: src/include/catalog/pg_control.h.
 */
async function removeSpareWal(pgdata: string): Promise<void> {
  const file = await open(join(pgdata, 'global', 'pg_control'));
  const control = Buffer.alloc(56);
  await file.read(control, 0, control.length, 0);
  await file.close();
  if (control.readInt32LE(16) !== cleanlyStopped) throw new Error(`${pgdata} was not stopped cleanly`);
  const current = walFileName(control.readUInt32LE(48), control.readBigUInt64LE(32));
  for (const name of await readdir(join(pgdata, 'pg_wal'))) {
    if (/^[0-9A-F]{24}$/.test(name) && name > current) await rm(join(pgdata, 'pg_wal', name));
  }
}

/** Segments of 16 MiB, as initdb makes them. */
function walFileName(timeline: number, lsn: bigint): string {
  const segment = lsn >> 24n;
  return [BigInt(timeline), segment >> 8n, segment & 0xffn].map(hex8).join('');
}

const hex8 = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, '0');

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
