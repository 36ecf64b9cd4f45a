import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { Parser } from 'tar';
import type { HotpatchFound } from '../../../shared/domain/hotpatch.ts';
import type { CloneParts } from './clone-parts.ts';
import { statusOf } from './engine.ts';
import { findImage } from './images.ts';
import { throwAway } from './throw-away.ts';

/** What lies at a path of an image, read out of a container that is made of it and never started. */
export async function findInImage(parts: CloneParts, name: string, path: string): Promise<HotpatchFound> {
  const image = await findImage(parts.engine, [name]);
  return await throwAway(parts, image, ['true'], async (container) => {
    const there = await lookAt(container, path);
    if (there?.linkTarget === undefined) return await foundAt(container, path, there);
    return await foundAt(container, there.linkTarget, await lookAt(container, there.linkTarget));
  });
}

interface Looked {
  readonly kind: 'file' | 'directory' | 'special file';
  /** Where a link leads in the end, as a path of the image. */
  readonly linkTarget?: string;
}

/** Types as Go writes them into a mode: https://pkg.go.dev/io/fs#FileMode */
const isDirectory = 1 << 31;
const isLink = 1 << 27;
/** Devices, pipes, sockets and what else is neither. */
const isSpecial = (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19);

/** Only the name and what it is; undefined: there is nothing. */
async function lookAt(container: Docker.Container, path: string): Promise<Looked | undefined> {
  const answer = await container.infoArchive({ path }).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
  if (answer === undefined) return undefined;
  const { headers } = answer as unknown as { readonly headers: Readonly<Record<string, string | undefined>> };
  const said = Buffer.from(headers['x-docker-container-path-stat'] ?? '', 'base64').toString('utf8');
  const { mode, linkTarget } = JSON.parse(said) as { readonly mode: number; readonly linkTarget: string };
  if ((mode & isLink) !== 0) return { kind: 'special file', linkTarget };
  if ((mode & isDirectory) !== 0) return { kind: 'directory' };
  return { kind: (mode & isSpecial) === 0 ? 'file' : 'special file' };
}

async function foundAt(container: Docker.Container, path: string, there: Looked | undefined): Promise<HotpatchFound> {
  if (there === undefined) return { kind: 'nothing' };
  if (there.kind !== 'file') return { kind: there.kind };
  const archive = await container.getArchive({ path });
  return { kind: 'file', sha256: await digestOfOnly(archive as Readable) };
}

/** Of the one file that the archive holds; its content is hashed as it comes. */
function digestOfOnly(archive: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    let digest: string | undefined;
    const parser = new Parser({ strict: true });
    parser.on('entry', (entry) => {
      const hash = createHash('sha256');
      entry.on('data', (chunk: Buffer) => hash.update(chunk));
      entry.on('end', () => {
        digest = hash.digest('hex');
      });
    });
    parser.on('error', reject);
    parser.on('end', () => (digest === undefined ? reject(new Error('the engine sent no file')) : resolve(digest)));
    archive.once('error', reject);
    archive.pipe(parser);
  });
}
