import type { FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { packAgain } from './limits.ts';
import { BundleUnreadable } from './unreadable.ts';

/** What the first bytes say; a file's name says nothing. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Null where it is none of them. */
export async function detectCompression(archive: FileHandle): Promise<Compression | null> {
  const head = Buffer.alloc(512);
  const { bytesRead } = await archive.read(head, 0, head.length, 0);
  if (bytesRead >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (bytesRead >= 4 && (head.readUInt32LE(0) === 0xfd2fb528 || isSkippableZstdFrame(head))) return 'zstd';
  // Nothing but empty blocks is what tar makes of nothing.
  if (bytesRead === head.length && head.every((byte) => byte === 0)) return 'none';
  const sum = head.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  const written = Number.parseInt(
    head
      .toString('latin1', 148, 156)
      .replace(/[\0 ]+$/, '')
      .trim(),
    8,
  );
  return bytesRead === head.length && sum === written ? 'none' : null;
}

/** zstd streams may begin with frames that carry no content (RFC 8878, 3.1.2). */
const isSkippableZstdFrame = (head: Buffer): boolean => head.readUInt32LE(0) >>> 4 === 0x184d2a5;

/** What was packed, from one of its bytes on. */
export type ArchiveBytes = (start: number) => Readable;

/** The tar inside, decompressed as it is read. Errors of the stream become BundleUnreadable. */
export async function* openArchive(
  bytes: ArchiveBytes,
  compression: Compression,
  sizeBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (compression === 'none') yield* chunksOf(bytes(0));
    else if (compression === 'gzip') yield* chunksOf(through(bytes(0), createGunzip()));
    else yield* zstdFrames(bytes, sizeBytes);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const message = `The archive is damaged or cut off: its ${compression} stream is not whole. ${packAgain}`;
    throw new BundleUnreadable({ message }, error);
  }
}

/** Parallel compressors write many frames, and the decompressor ends with the first. */
const framesMax = 10_000;

async function* zstdFrames(bytes: ArchiveBytes, sizeBytes: number): AsyncGenerator<Buffer, void, undefined> {
  let start = 0;
  for (let frame = 0; start < sizeBytes; frame += 1) {
    if (frame === framesMax) {
      throw new BundleUnreadable({ message: `The archive has more than ${framesMax} zstd frames. ${packAgain}` });
    }
    const tar = createZstdDecompress();
    yield* chunksOf(through(bytes(start), tar));
    start += tar.bytesWritten;
  }
}

function through<T extends Readable & NodeJS.WritableStream>(bytes: Readable, tar: T): T {
  // Whoever reads the result hears of every error: the pipeline destroys it with the one of the file.
  pipeline(bytes, tar, () => undefined);
  return tar;
}

async function* chunksOf(stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('an archive is a stream of bytes');
      yield chunk;
    }
  } finally {
    stream.destroy();
  }
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code === 'ERR_ZLIB_INITIALIZATION_FAILED';
}
