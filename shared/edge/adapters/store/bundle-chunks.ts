import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../../domain/ids.ts';
import type { Ask } from './database.ts';

/** What the store notes where an archive is in its own rows. */
export const inStore = 'store';

/** One row, one message: small enough to hold in memory many times over, large enough to be few. */
export const chunkBytes = 1024 * 1024;

export async function fileToChunks(rows: Ask, digest: Digest, path: string): Promise<void> {
  let ordinal = 0;
  for await (const content of createReadStream(path, { highWaterMark: chunkBytes })) {
    await rows('INSERT INTO bundle_chunks (digest, ordinal, content) VALUES ($1, $2, $3)', [digest, ordinal, content]);
    ordinal += 1;
  }
}

/** False: there are none. */
export async function chunksToFile(rows: Ask, digest: Digest, path: string): Promise<boolean> {
  let isThere = false;
  await pipeline(Readable.from(chunks()), createWriteStream(path));
  return isThere;

  async function* chunks(): AsyncGenerator<Buffer> {
    for (let ordinal = 0; ; ordinal += 1) {
      const [chunk] = await rows<{ content: Buffer }>(
        'SELECT content FROM bundle_chunks WHERE digest = $1 AND ordinal = $2',
        [digest, ordinal],
      );
      if (chunk === undefined) return;
      isThere = true;
      yield chunk.content;
    }
  }
}

export async function removeChunks(rows: Ask, digest: Digest): Promise<void> {
  await rows('DELETE FROM bundle_chunks WHERE digest = $1', [digest]);
}
