import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { create } from 'tar';
import { type LoadedBundle, loadBundle, lookAtBundle } from '../../shared/edge/adapters/bundle/load-bundle.ts';
import type { Compression } from '../../shared/edge/adapters/bundle/open-archive.ts';
import { chooseEnvironment } from '../../shared/plan/choose-environment.ts';

/** A bundle as the body of a request, which may have to be sent more than once. */
export interface PackedBundle {
  readonly type: string;
  readonly open: () => ReadableStream;
}

/**
 * An archive is sent as it is, a directory packed on the way. A directory is read first, as `run` reads it, and just
 * what was read is sent: it is refused for the same reasons, and has the same digest there. Throws RehearsalError
 * `invalid-bundle`.
 */
export async function packBundle(path: string, environment?: string): Promise<PackedBundle> {
  const kind = await lookAtBundle(path);
  if (kind !== 'directory') return { type: types[kind], open: () => streamOf(createReadStream(path)) };
  const loaded = await loadBundle(path, path);
  // One that it does not know is refused.
  chooseEnvironment(loaded.bundle, environment);
  return { type: types.gzip, open: () => streamOf(Readable.from(tarOf(loaded))) };
}

const types: Readonly<Record<Compression, string>> = {
  none: 'application/x-tar',
  gzip: 'application/gzip',
  zstd: 'application/zstd',
};

/** Same bundle, same bytes wherever possible; the digest does not depend on it. */
function tarOf({ bundle, dir, directories }: LoadedBundle): AsyncIterable<Buffer> {
  // A name that begins with `@` or `-` would mean something else to whoever packs.
  const paths = [...directories, ...bundle.files.map((file) => file.path)].map((path) => `./${path}`);
  return create({ cwd: dir, gzip: true, portable: true, noDirRecurse: true }, paths);
}

const streamOf = (source: Readable): ReadableStream => Readable.toWeb(source) as ReadableStream;
