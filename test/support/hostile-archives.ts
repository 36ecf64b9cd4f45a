import { createWriteStream } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { libraryBundle } from './contract-bundles.ts';
import { type TarBytesEntry, tarBytes } from './tar-bytes.ts';

/** A valid bundle as entries of an archive; what is added to them makes it hostile. */
export const validEntries: readonly TarBytesEntry[] = Object.entries(libraryBundle()).map(([name, content]) => ({
  name,
  content: String(content),
}));

export interface HostileArchive {
  readonly what: string;
  /** The problem that must be told. */
  readonly says: RegExp;
  readonly file?: string;
  /** What it costs is looked at too. */
  readonly costly?: true;
  write(path: string): Promise<void>;
}

const of = (what: string, says: RegExp, bytes: () => Buffer, file?: string): HostileArchive => ({
  what,
  says,
  ...(file === undefined ? {} : { file }),
  write: (path) => writeFile(path, bytes()),
});
const withEntries = (what: string, says: RegExp, entries: readonly TarBytesEntry[], file?: string): HostileArchive =>
  of(what, says, () => tarBytes([...validEntries, ...entries]), file);

const MiB = 1024 * 1024;
const valid = (): Buffer => tarBytes(validEntries);
const notUtf8 = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
const link = (name: string, target: string): TarBytesEntry => ({ name, type: '2', target });

/** One of each kind (CONTRACT 1.1); nothing of it is kept as a file of this repository. */
export const hostileArchives: readonly HostileArchive[] = [
  { ...of('a gzip bomb', /200 times its own size/, () => gzipSync(bomb()), 'zeros'), costly: true },
  of('a zstd bomb', /200 times its own size/, () => zstdCompressSync(bomb()), 'zeros'),
  {
    what: 'a gzip stream of zeros without end',
    costly: true,
    says: /decompresses to more than 2048 MiB/,
    write: (path) => gzipped(path, zeros(valid(), 2200)),
  },
  {
    what: 'a million entries',
    costly: true,
    says: /more than 200000 entries/,
    write: (path) => gzipped(path, entries(1_000_000)),
  },
  {
    what: 'a file of 4 GB that is all hole',
    costly: true,
    says: /unpacks to more than 1024 MiB/,
    file: 'hole',
    async write(path) {
      const head = tarBytes([...validEntries, { name: 'hole', size: 4 * 1024 * MiB }]).subarray(0, -1024);
      await using file = await open(path, 'w');
      await file.write(head);
      await file.truncate(head.length + 4 * 1024 * MiB + 1024);
    },
  },
  withEntries('a sparse entry', /sparse file.*without --sparse/, [{ name: 'hole', type: 'S' }], 'hole'),
  withEntries('an absolute path', /absolute/, [{ name: '/tmp/escaped', content: 'x' }], '/tmp/escaped'),
  withEntries('a path that leaves', /`\.\.`/, [{ name: 'a/../../escaped', content: 'x' }], 'a/../../escaped'),
  withEntries('a link out of it', /leads out of the bundle/, [link('out', '../../etc/passwd')], 'out'),
  withEntries('a link that leaves through another', /leads out/, [link('d/up', '..'), link('out', 'd/up/..')], 'out'),
  withEntries('a file written through a link', /file and a directory/, [
    link('a', '.'),
    { name: 'a/escaped', content: 'x' },
  ]),
  withEntries('a hard link out of it', /hard link/, [{ name: 'out', type: '1', target: '/etc/passwd' }], 'out'),
  withEntries('a device', /device/, [{ name: 'disk', type: '4' }], 'disk'),
  withEntries('a fifo', /fifo/, [{ name: 'pipe', type: '6' }], 'pipe'),
  withEntries('names that differ in case', /differ only in case/, [{ name: 'SEED.sql' }], 'SEED.sql'),
  withEntries('names in two Unicode spellings', /two Unicode spellings/, [{ name: 'é' }, { name: 'e\u0301' }]),
  withEntries('a name given twice', /there twice/, [{ name: 'seed.sql' }], 'seed.sql'),
  withEntries('a name that is not UTF-8', /not UTF-8/, [{ name: notUtf8 }], 'caf\\xe9'),
  withEntries('a path of 70 names', /deeper than in 64/, [{ name: 'x', pax: { path: 'd/'.repeat(70) } }]),
  withEntries('a name of 300 bytes', /longer than 255 bytes/, [{ name: 'x', pax: { path: 'n'.repeat(300) } }]),
  withEntries('a name that steers terminals', /Leave it out/, [{ name: 'a\u001b[2Jb', type: '6' }], 'a\\u001b[2Jb'),
  withEntries('a link with an endless target', /longer than 1023/, [
    { name: 'far', type: '2', pax: { linkpath: 'a/'.repeat(400_000) } },
  ]),
  of('a tar that is cut off', /cut off/, () => valid().subarray(0, 700)),
  of('a tar without its end', /without the empty blocks/, () => valid().subarray(0, -1024)),
  of('a gzip stream that is cut off', /damaged or cut off: its gzip/, () => gzipSync(valid()).subarray(0, -20)),
  of('a zstd stream that is cut off', /damaged or cut off/, () => zstdCompressSync(valid()).subarray(0, -9)),
  of('bytes after its end', /other bytes follow/, () => Buffer.concat([valid(), tarBytes([{ name: 'late' }])])),
  of('bytes after its gzip stream', /damaged/, () => Buffer.concat([gzipSync(valid()), Buffer.from('garbage')])),
  of('bytes after its zstd stream', /damaged/, () =>
    Buffer.concat([zstdCompressSync(valid()), Buffer.from('garbage')]),
  ),
  of('another format', /neither a directory nor a .tar/, () => Buffer.from('PK\u0003\u0004 this is a zip')),
  of('nothing at all', /neither a directory nor a .tar/, () => Buffer.alloc(0)),
  of('no entry', /archive is empty/, () => Buffer.alloc(10_240)),
];

const bomb = (): Buffer => tarBytes([...validEntries, { name: 'zeros', content: Buffer.alloc(60 * MiB) }]);

function* zeros(begin: Buffer, count: number): Generator<Buffer> {
  yield begin;
  const block = Buffer.alloc(MiB);
  for (let at = 0; at < count; at += 1) yield block;
}

function* entries(count: number): Generator<Buffer> {
  const atOnce = 5000;
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: atOnce }, (_, at) => ({ name: `many/${from + at}` }));
    yield tarBytes(some).subarray(0, -1024);
  }
  yield Buffer.alloc(1024);
}

const gzipped = (path: string, chunks: Iterable<Buffer>): Promise<void> =>
  pipeline(Readable.from(chunks), createGzip({ level: 1 }), createWriteStream(path));
