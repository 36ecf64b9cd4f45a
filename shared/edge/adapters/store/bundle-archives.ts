import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../../../domain/ids.ts';
import { RehearsalError } from '../../../domain/problem.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { BundleArchives } from '../../ports/store.ts';
import { chunkBytes, chunksToFile, fileToChunks, inStore, removeChunks } from './bundle-chunks.ts';
import type { Ask, Database } from './database.ts';

/** So few at a time, because each may be hundreds of megabytes. */
const batch = 20;

/** `elsewhere`: where new archives go; absent: into the store itself. What lies in the store is found there in any case. */
export function openBundleArchives(database: Database, elsewhere: Artifacts | undefined): BundleArchives {
  return {
    put: (digest, path) =>
      elsewhere === undefined ? putInStore(database, digest, path) : putElsewhere(database, elsewhere, digest, path),
    keep: (digest) => keep(database.rows, digest),
    fetch: (digest, path) => fetchWhole(database.rows, elsewhere, digest, path),
    removeUnused: (ageMs) => removeUnused(database, elsewhere, ageMs),
  };
}

const nameOf = (digest: Digest): string => `bundles/${digest.replace(':', '-')}`;

/** A second server that gets the same bundle at once waits here until the first has committed, and then has nothing to do. */
async function sent(rows: Ask, digest: Digest, path: string): Promise<string | null> {
  const { size } = await stat(path);
  const [row] = await rows<{ kept_in: string | null }>(
    `INSERT INTO bundles (digest, bytes, kept_in) VALUES ($1, $2, NULL)
       ON CONFLICT (digest) DO UPDATE SET sent_at = now() RETURNING kept_in`,
    [digest, size],
  );
  return row?.kept_in ?? null;
}

/** Nearly every archive is one chunk, and then one statement does all of it. */
async function putInStore(database: Database, digest: Digest, path: string): Promise<void> {
  const { size } = await stat(path);
  if (size <= chunkBytes) return putInOne(database.often, digest, await readFile(path));
  await database.transaction(async (rows) => {
    if ((await sent(rows, digest, path)) === inStore) return;
    await removeChunks(rows, digest);
    await fileToChunks(rows, digest, path);
    await noteKept(rows, digest, inStore);
  });
}

async function putInOne(rows: Ask, digest: Digest, content: Buffer): Promise<void> {
  await rows(
    `WITH sent AS (
       INSERT INTO bundles (digest, bytes, kept_in) VALUES ($1, $2, $3)
         ON CONFLICT (digest) DO UPDATE SET sent_at = now(), kept_in = $3 RETURNING digest)
     INSERT INTO bundle_chunks (digest, ordinal, content) SELECT digest, 0, $4 FROM sent ON CONFLICT DO NOTHING`,
    [digest, content.length, inStore, content],
  );
}

/** No transaction is held while it travels: two that send the same bundle at once send the same bytes. */
async function putElsewhere(database: Database, elsewhere: Artifacts, digest: Digest, path: string): Promise<void> {
  const before = await sent(database.rows, digest, path);
  if (before === elsewhere.place) return;
  await elsewhere.put(nameOf(digest), path);
  // Whoever puts it into the store meanwhile waits here for the row, and then finds nothing there.
  await database.transaction(async (rows) => {
    await noteKept(rows, digest, elsewhere.place);
    if (before === inStore) await removeChunks(rows, digest);
  });
}

async function keep(rows: Ask, digest: Digest): Promise<boolean> {
  const wanted = 'UPDATE bundles SET sent_at = now() WHERE digest = $1 AND kept_in IS NOT NULL RETURNING digest';
  return (await rows(wanted, [digest])).length > 0;
}

async function noteKept(rows: Ask, digest: Digest, place: string | null): Promise<void> {
  await rows('UPDATE bundles SET kept_in = $2 WHERE digest = $1', [digest, place]);
}

async function placeOf(rows: Ask, digest: Digest): Promise<string | null> {
  const [row] = await rows<{ kept_in: string | null }>('SELECT kept_in FROM bundles WHERE digest = $1', [digest]);
  return row?.kept_in ?? null;
}

async function fetchWhole(rows: Ask, elsewhere: Artifacts | undefined, digest: Digest, path: string): Promise<void> {
  const place = await placeOf(rows, digest);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.${crypto.randomUUID()}`;
  try {
    if (place === null || !(await fetchFrom(rows, elsewhere, place, digest, partial))) {
      // Whoever submits it again must not be told that it is known.
      await noteKept(rows, digest, null);
      throw unknownBundle(digest);
    }
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

function fetchFrom(
  rows: Ask,
  elsewhere: Artifacts | undefined,
  place: string,
  digest: Digest,
  path: string,
): Promise<boolean> {
  if (place === inStore) return chunksToFile(rows, digest, path);
  if (place === elsewhere?.place) return elsewhere.fetch(nameOf(digest), path);
  throw new RehearsalError(
    'machine',
    'artifacts-unreachable',
    `The bundle ${digest} is kept in ${place}, and this process looks in ${elsewhere?.place ?? 'the store'}.`,
    'Set REHEARSAL_ARTIFACTS of all workers to what the API has.',
  );
}

function unknownBundle(digest: Digest): RehearsalError {
  const detail = `The archive of the bundle ${digest} is not kept any more.`;
  return new RehearsalError('machine', 'unknown-bundle', detail, 'Submit the bundle again.');
}

/** One transaction each, so that whoever sends the same bundle meanwhile waits and then finds it gone. */
async function removeUnused(database: Database, elsewhere: Artifacts | undefined, ageMs: number): Promise<number> {
  const places = [inStore, ...(elsewhere === undefined ? [] : [elsewhere.place])];
  const unused = `kept_in = ANY($1) AND sent_at < now() - $2 * interval '1 millisecond'
    AND NOT EXISTS (SELECT FROM rehearsals WHERE bundle_digest = digest AND evidence_removed_at IS NULL)`;
  const found = await database.rows<{ digest: Digest }>(
    `SELECT digest FROM bundles WHERE ${unused} ORDER BY sent_at LIMIT ${batch}`,
    [places, ageMs],
  );
  let removed = 0;
  for (const { digest } of found) {
    removed += await database.transaction(async (rows) => {
      const [still] = await rows<{ kept_in: string }>(
        `SELECT kept_in FROM bundles WHERE digest = $3 AND ${unused} FOR UPDATE`,
        [places, ageMs, digest],
      );
      if (still === undefined) return 0;
      if (still.kept_in === inStore) await removeChunks(rows, digest);
      else await elsewhere?.remove(nameOf(digest));
      await noteKept(rows, digest, null);
      return 1;
    });
  }
  return removed;
}
