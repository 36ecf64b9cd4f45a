/** One entry of a tar archive, byte for byte: it may be what no tar program would write. */
export interface TarBytesEntry {
  readonly name: string | Buffer;
  /** Type flag, default a file. */
  readonly type?: string;
  readonly content?: string | Buffer;
  readonly target?: string | Buffer;
  readonly mode?: number;
  /** What the header says of the size; default the content's. */
  readonly size?: number;
  /** pax records that precede it. */
  readonly pax?: Readonly<Record<string, string | Buffer>>;
  /** GNU long name that precedes it. */
  readonly longName?: string;
}

/** A ustar archive with the two empty blocks at its end. */
export function tarBytes(entries: readonly TarBytesEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]);
}

function blocksOf(entry: TarBytesEntry): Buffer[] {
  const content = Buffer.from(entry.content ?? '');
  const before = entry.pax === undefined ? [] : withBody('x', 'PaxHeader', Buffer.concat(paxRecords(entry.pax)));
  const long = entry.longName === undefined ? [] : withBody('L', '././@LongLink', Buffer.from(`${entry.longName}\0`));
  return [...before, ...long, header(entry, entry.size ?? content.length), padded(content)];
}

function withBody(type: string, name: string, body: Buffer): Buffer[] {
  return [header({ name, type }, body.length), padded(body)];
}

function paxRecords(records: Readonly<Record<string, string | Buffer>>): Buffer[] {
  return Object.entries(records).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
    // The length counts its own digits.
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function header(entry: TarBytesEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  Buffer.from(entry.name).copy(block, 0, 0, 100);
  block.write(`${(entry.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  block.write(`${'0'.padStart(7, '0')}\0${'0'.padStart(7, '0')}\0`, 108);
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.padStart(11, '0')}\0`, 124);
  block.write('        ', 148);
  block.write(entry.type ?? '0', 156, 1, 'latin1');
  Buffer.from(entry.target ?? '').copy(block, 157, 0, 100);
  block.write('ustar\0' + '00', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
