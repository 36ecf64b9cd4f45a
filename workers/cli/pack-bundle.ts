import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { create } from 'tar';
import { RehearsalError } from '../../shared/domain/problem.ts';

/** A bundle as the body of a request: an archive as it is, a directory packed on the way. */
export async function packBundle(path: string): Promise<{ readonly body: ReadableStream; readonly type: string }> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new RehearsalError('bundle', 'invalid-bundle', `there is no ${path}`, 'give a directory or an archive', {
      problems: [{ file: path, message: 'There is no such directory or archive.' }],
      cause,
    });
  });
  if (!found.isDirectory()) return { body: streamOf(createReadStream(path)), type: typeOf(path) };
  // Same bundle, same bytes wherever possible; the digest does not depend on it. `.git` does not belong to a bundle.
  const pack = create(
    { cwd: path, gzip: true, portable: true, filter: (entry) => !/^(\.\/)?\.git(\/|$)/.test(entry) },
    ['.'],
  );
  return { body: streamOf(Readable.from(pack)), type: 'application/gzip' };
}

const streamOf = (source: Readable): ReadableStream => Readable.toWeb(source) as ReadableStream;

/** By its name only; the service looks at the bytes itself. */
function typeOf(path: string): string {
  if (/\.(tar\.zst|tzst|zst)$/.test(path)) return 'application/zstd';
  return /\.(tar\.gz|tgz|gz)$/.test(path) ? 'application/gzip' : 'application/x-tar';
}
