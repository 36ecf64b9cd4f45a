import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../../domain/ids.ts';
import { RehearsalError } from '../../../domain/problem.ts';
import type { BundleArchives } from '../../ports/store.ts';
import type { Ask, Database } from './database.ts';

/** One row, one message: small enough to hold in memory many times over, large enough to be few. */
const chunkBytes = 1024 * 1024;

export function openBundleArchives(database: Database): BundleArchives {
  return {
    put: (digest, path) => database.transaction((rows) => put(rows, digest, path)),
    fetch: (digest, path) => fetchTo(database.rows, digest, path),
  };
}

async function put(rows: Ask, digest: Digest, path: string): Promise<void> {
  const { size } = await stat(path);
  // A second server that gets the same bundle at once waits here until the first has committed, and then has nothing to
  // do.
  const inserted = await rows(
    'INSERT INTO bundles (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING digest',
    [digest, size],
  );
  if (inserted.length === 0) return;
  let ordinal = 0;
  for await (const content of createReadStream(path, { highWaterMark: chunkBytes })) {
    await rows('INSERT INTO bundle_chunks (digest, ordinal, content) VALUES ($1, $2, $3)', [digest, ordinal, content]);
    ordinal += 1;
  }
}

async function fetchTo(rows: Ask, digest: Digest, path: string): Promise<void> {
  const known = await rows('SELECT digest FROM bundles WHERE digest = $1', [digest]);
  if (known.length === 0) {
    throw new RehearsalError(
      'machine',
      'unknown-bundle',
      `The store has no bundle ${digest}.`,
      'Submit the bundle again.',
    );
  }
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.${crypto.randomUUID()}`;
  try {
    await pipeline(Readable.from(chunks(rows, digest)), createWriteStream(partial));
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

async function* chunks(rows: Ask, digest: Digest): AsyncGenerator<Buffer> {
  for (let ordinal = 0; ; ordinal += 1) {
    const [chunk] = await rows<{ content: Buffer }>(
      'SELECT content FROM bundle_chunks WHERE digest = $1 AND ordinal = $2',
      [digest, ordinal],
    );
    if (chunk === undefined) return;
    yield chunk.content;
  }
}
