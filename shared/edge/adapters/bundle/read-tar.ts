import type { ByteSource } from './byte-source.ts';
import { packAgain } from './limits.ts';
import { BundleUnreadable } from './unreadable.ts';

/** One entry as the archive has it: names are bytes, nothing is checked yet. */
export interface TarEntry {
  readonly kind: 'file' | 'directory' | 'link' | 'hard-link' | 'device' | 'fifo' | 'sparse' | 'other';
  readonly path: Buffer;
  readonly target: Buffer;
  readonly mode: number;
  readonly sizeBytes: number;
}

const blockBytes = 512;
/** Names and attributes of one entry; real ones have a few hundred bytes. */
const extendedBytesMax = 1024 * 1024;

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'link',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'fifo',
  S: 'sparse',
};

/** What the headers before an entry say of it. */
interface Extension {
  path?: Buffer;
  target?: Buffer;
  sizeBytes?: number;
  sparse?: boolean;
}

/**
 * The entries of a tar stream (ustar, pax and GNU long names), names byte for byte. The caller reads what it wants of
 * each entry's body (`sizeBytes`) from the source; the rest and the padding are skipped here. Throws BundleUnreadable where the stream is no tar.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
export async function* readTar(source: ByteSource): AsyncGenerator<TarEntry, void, undefined> {
  let extension: Extension = {};
  let hasEntries = false;
  for (let block = await source.block(); block !== null; block = await source.block()) {
    // Two empty blocks end an archive; what follows them is padding of the medium, or was hidden there.
    if (block.every((byte) => byte === 0)) return untilEnd(source);
    const header = parseHeader(block);
    if ('xgLK'.includes(header.type)) {
      if (header.sizeBytes > extendedBytesMax) throw damaged('It has a header of more than 1 MiB.');
      const body = await source.take(header.sizeBytes);
      await source.skip(paddingOf(header.sizeBytes));
      extension = { ...extension, ...extensionOf(header.type, body) };
      continue;
    }
    const entry = entryOf(header, extension);
    extension = {};
    const end = source.position + entry.sizeBytes;
    yield entry;
    await source.skip(end - source.position + paddingOf(entry.sizeBytes));
    hasEntries = true;
  }
  if (hasEntries) throw damaged('it ends without the empty blocks that end every tar, so something may be missing.');
}

async function untilEnd(source: ByteSource): Promise<void> {
  if (!(await source.restIsZero())) throw damaged('other bytes follow the empty blocks that end it.');
}

const paddingOf = (sizeBytes: number): number => (blockBytes - (sizeBytes % blockBytes)) % blockBytes;

const damaged = (message: string): BundleUnreadable =>
  new BundleUnreadable({ message: `The archive is no readable tar: ${message} ${packAgain}` });

interface Header {
  readonly path: Buffer;
  readonly target: Buffer;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly type: string;
}

function parseHeader(block: Buffer): Header {
  if (checksum(block) !== number(block, 148, 8)) throw damaged('a header has a wrong checksum.');
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(block, 345, 155) : Buffer.alloc(0);
  const name = text(block, 0, 100);
  return {
    path: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]),
    target: text(block, 157, 100),
    mode: number(block, 100, 8),
    sizeBytes: number(block, 124, 12),
    type: String.fromCharCode(block[156] ?? 0),
  };
}

/** The sum of all bytes with the checksum's own field taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (const byte of block.subarray(0, 148)) sum += byte;
  for (const byte of block.subarray(156)) sum += byte;
  return sum;
}

function text(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits, or GNU's base 256 where the highest bit is set. */
function number(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  const first = field[0] ?? 0;
  if (first === 0x80) {
    const value = field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
    throw damaged('a header has a number that is too large.');
  }
  const digits = field
    .toString('latin1')
    .replace(/[\0 ]+$/, '')
    .replace(/^[ ]+/, '');
  if (!/^[0-7]*$/.test(digits)) throw damaged('a header has a number that is none.');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function extensionOf(type: string, body: Buffer): Extension {
  const end = body.indexOf(0);
  const name = end < 0 ? body : body.subarray(0, end);
  if (type === 'L') return { path: name };
  if (type === 'K') return { target: name };
  // Attributes for all entries (`g`) may be read too, but none of them names or sizes one.
  return type === 'x' ? paxAttributes(body) : {};
}

/** `LENGTH KEY=VALUE\n` records; values may hold anything. */
function paxAttributes(body: Buffer): Extension {
  const found: Extension = {};
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const space = body.indexOf(0x20, at);
    const length = Number(body.toString('latin1', at, Math.max(at, space)));
    const equals = body.indexOf(0x3d, space);
    const end = at + length - 1;
    if (space < 0 || !Number.isInteger(length) || equals < 0 || equals > end || body[end] !== 0x0a) {
      throw damaged('an extended header is malformed.');
    }
    const key = body.toString('latin1', space + 1, equals);
    const value = body.subarray(equals + 1, end);
    if (key === 'path') found.path = value;
    if (key === 'linkpath') found.target = value;
    if (key === 'size') found.sizeBytes = paxSize(value);
    if (key.startsWith('GNU.sparse.')) found.sparse = true;
    at = end + 1;
  }
  return found;
}

function paxSize(value: Buffer): number {
  const size = /^[0-9]+$/.test(value.toString('latin1')) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw damaged('an entry has a size that is no number.');
  return size;
}

function entryOf(header: Header, extension: Extension): TarEntry {
  const path = extension.path ?? header.path;
  const endsWithSlash = path[path.length - 1] === 0x2f;
  const kind = extension.sparse === true ? 'sparse' : (kinds[header.type] ?? 'other');
  // Archives older than ustar mark a directory only by the slash.
  const isOldDirectory = kind === 'file' && endsWithSlash;
  const hasBody = kind === 'file' || kind === 'sparse' || kind === 'other';
  return {
    kind: isOldDirectory ? 'directory' : kind,
    path,
    target: extension.target ?? header.target,
    mode: header.mode,
    sizeBytes: hasBody ? (extension.sizeBytes ?? header.sizeBytes) : 0,
  };
}
