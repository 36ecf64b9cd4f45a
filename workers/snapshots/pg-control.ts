import { lstat, open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** `DB_SHUTDOWNED` of pg_control.h. */
const cleanlyStopped = 1;

/** Of pg_control; its offsets are the same in 15 to 18. Source: src/include/catalog/pg_control.h. */
export interface ControlFile {
  readonly isCleanlyStopped: boolean;
  /** When it was last written: after a clean stop, the moment of the stop. */
  readonly writtenAt: Date;
  readonly timeline: number;
  /** Where the last checkpoint lies; recovery would start there. */
  readonly checkpoint: bigint;
  /** Its bytes name the cluster and its last moment. */
  readonly bytes: Buffer;
}

export async function readControlFile(pgdata: string): Promise<ControlFile> {
  const bytes = Buffer.alloc(56);
  {
    await using file = await open(join(pgdata, 'global', 'pg_control'));
    await file.read(bytes, 0, bytes.length, 0);
  }
  return {
    isCleanlyStopped: bytes.readInt32LE(16) === cleanlyStopped,
    writtenAt: new Date(Number(bytes.readBigInt64LE(24)) * 1000),
    timeline: bytes.readUInt32LE(48),
    checkpoint: bytes.readBigUInt64LE(32),
    bytes,
  };
}

/** The major that a data directory is of; undefined where it is none. */
export async function majorOfPgdata(pgdata: string): Promise<number | undefined> {
  const said = await readFile(join(pgdata, 'PG_VERSION'), 'utf8').catch(noneIfMissing);
  const major = Number(said?.trim().split('.')[0]);
  return Number.isInteger(major) && major > 0 ? major : undefined;
}

export const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => noneIfMissing(error) ?? false,
  );

export async function walFiles(pgdata: string): Promise<readonly string[]> {
  return (await readdir(join(pgdata, 'pg_wal'))).filter((name) => /^[0-9A-F]{24}$/.test(name)).sort();
}

/** initdb decides it once; every file is of that size from its first byte on. */
export async function walSegmentBytes(pgdata: string): Promise<bigint> {
  const [first] = await walFiles(pgdata);
  return first === undefined ? usualSegmentBytes : BigInt((await stat(join(pgdata, 'pg_wal', first))).size);
}

const usualSegmentBytes = 16n * 1024n ** 2n;

/** Name of the WAL file that holds a position. */
export function walFileName(timeline: number, lsn: bigint, segmentBytes: bigint): string {
  const segment = lsn / segmentBytes;
  const perFourGib = 0x1_0000_0000n / segmentBytes;
  return [BigInt(timeline), segment / perFourGib, segment % perFourGib].map(hex8).join('');
}

const hex8 = (value: bigint): string => value.toString(16).toUpperCase().padStart(8, '0');

function noneIfMissing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}
