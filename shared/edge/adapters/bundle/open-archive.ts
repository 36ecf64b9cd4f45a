import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { BundleUnreadable } from './unreadable.ts';

/** What the first bytes say; a file's name says nothing. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Null where it is none of them. */
export async function detectCompression(archive: FileHandle): Promise<Compression | null> {
  const head = Buffer.alloc(512);
  const { bytesRead } = await archive.read(head, 0, head.length, 0);
  if (bytesRead >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (bytesRead >= 4 && (head.readUInt32LE(0) === 0xfd2fb528 || isSkippableZstdFrame(head))) return 'zstd';
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

/** The tar inside, decompressed as it is read. Errors of the stream become BundleUnreadable. */
export async function* openArchive(path: string, compression: Compression): AsyncGenerator<Buffer, void, undefined> {
  const bytes = createReadStream(path);
  const tar = compression === 'none' ? bytes : decompressed(bytes, compression);
  try {
    for await (const chunk of tar) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('an archive is a stream of bytes');
      yield chunk;
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new BundleUnreadable({ message: `The archive is damaged: its ${compression} stream is not whole.` }, error);
  } finally {
    tar.destroy();
    bytes.destroy();
  }
}

function decompressed(bytes: Readable, compression: 'gzip' | 'zstd'): Readable {
  const tar = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  // Whoever reads the result hears of every error: the pipeline destroys it with the one of the file.
  pipeline(bytes, tar, () => undefined);
  return tar;
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_') || code === 'ERR_ZLIB_INITIALIZATION_FAILED';
}
