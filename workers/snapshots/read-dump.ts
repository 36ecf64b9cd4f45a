import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { nextPiece } from '../../shared/plan/scan-sql.ts';

/** An item of a plain dump. The rows of a COPY must be read, or left, before the next item is asked for. */
export type DumpItem =
  | { readonly kind: 'sql'; readonly sql: string; readonly line: number }
  | { readonly kind: 'copy'; readonly sql: string; readonly line: number; readonly rows: AsyncIterable<Buffer> };

/** A dump that is no file. */
export interface DumpStream {
  readonly name: string;
  readonly bytes: Iterable<Buffer> | AsyncIterable<Buffer>;
}

/**
 * Reads a plain `pg_dump` file, gzipped or not, without ever holding more of it than one statement and one piece of
 * rows.
 */
export async function* readDump(dump: string | DumpStream): AsyncGenerator<DumpItem, void, undefined> {
  const file = typeof dump === 'string' ? dump : dump.name;
  const lines = linesOf(typeof dump === 'string' ? bytesOf(dump) : dump.bytes);
  let text = '';
  let textLine = 1;
  let lineNumber = 0;
  const created = new Set<string>();
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    lineNumber += 1;
    const line = next.value.toString('utf8');
    if (lineNumber === 1 && line.startsWith('PGDMP')) throw notPlain(file);
    if (text === '') textLine = lineNumber;
    text += line;
    // Only such a line can end a statement or be a command; anything else is not worth a look.
    if (!line.includes(';') && !line.startsWith('\\')) continue;
    for (let piece = completePiece(text); piece !== null; piece = completePiece(text)) {
      const at = textLine + countLines(text.slice(0, piece.start));
      const sql = text.slice(piece.start, piece.end).trim();
      textLine += countLines(text.slice(0, piece.next));
      text = text.slice(piece.next);
      if (piece.kind === 'psql-command') refuseCommand(file, at, sql, created);
      else if (!piece.copiesFromStdin) {
        const database = /^CREATE\s+DATABASE\s+("(?:[^"]|"")+"|\S+)/i.exec(sql)?.[1];
        if (database !== undefined) created.add(database);
        yield { kind: 'sql', sql, line: at };
      } else {
        const rows = new CopyRows(lines);
        yield { kind: 'copy', sql, line: at, rows };
        lineNumber += await rows.skipRest();
        text = '';
      }
    }
  }
  const rest = nextPiece(text, 0, 'psql');
  if (rest !== null) yield { kind: 'sql', sql: text.slice(rest.start, rest.end).trim(), line: textLine };
}

function completePiece(text: string): ReturnType<typeof nextPiece> {
  const piece = nextPiece(text, 0, 'psql');
  return piece === null || (piece.kind === 'statement' && piece.next === piece.end) ? null : piece;
}

/** The lines up to `\.`, in pieces of many lines. */
class CopyRows implements AsyncIterable<Buffer> {
  readonly #lines: AsyncGenerator<Buffer, void, undefined>;
  #count = 0;
  #ended = false;

  constructor(lines: AsyncGenerator<Buffer, void, undefined>) {
    this.#lines = lines;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    let piece: Buffer[] = [];
    let bytes = 0;
    while (!this.#ended) {
      const line = await this.#next();
      if (line !== undefined) {
        piece.push(line);
        bytes += line.length;
      }
      if (piece.length > 0 && (bytes >= pieceBytes || this.#ended)) {
        yield Buffer.concat(piece);
        piece = [];
        bytes = 0;
      }
    }
  }

  /** Number of lines that the rows and their end took. */
  async skipRest(): Promise<number> {
    while (!this.#ended) await this.#next();
    return this.#count;
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#lines.next();
    this.#ended = done === true || isCopyEnd(value);
    if (done !== true) this.#count += 1;
    return this.#ended || done === true ? undefined : value;
  }
}

const pieceBytes = 64 * 1024;

const isCopyEnd = (line: Buffer): boolean =>
  line.length <= 4 && line[0] === 0x5c && line[1] === 0x2e && line.toString('latin1').trimEnd() === '\\.';

/** Each with its line break, as bytes: rows need not be decoded to be passed on. */
async function* linesOf(source: DumpStream['bytes']): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer[] = [];
  for await (const chunk of source) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      const line = chunk.subarray(from, end + 1);
      yield rest.length === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  const source = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  bytes.on('error', (error) => source.destroy(error));
  return source as AsyncIterable<Buffer>;
}

const countLines = (text: string): number => text.split('\n').length - 1;

function refuseCommand(file: string, line: number, command: string, created: ReadonlySet<string>): void {
  if (/^\\(?:un)?restrict\b/.test(command)) return;
  // What `--create` made it goes to; everything of the dump stands in one database here too.
  const to = /^\\c(?:onnect)?\s+(?:-reuse-previous=on\s+"dbname='(?<quoted>[^']+)'"|(?<plain>\S+))\s*$/.exec(
    command,
  )?.groups;
  const target = to?.quoted ?? to?.plain;
  if (created.size === 1 && target !== undefined && [target, `"${target}"`].some((name) => created.has(name))) return;
  const message = `${/^\\[^\s]*/.exec(command)?.[0] ?? command} is a command of psql, which is not at hand here`;
  throw new RehearsalError(
    'bundle',
    'psql-command',
    `${file}:${line}: ${message}`,
    'dump one database: pg_dump --format=plain DATABASE > dump.sql',
    { problems: [{ file, line, message }] },
  );
}

function notPlain(file: string): RehearsalError {
  return new RehearsalError(
    'bundle',
    'not-a-plain-dump',
    `${file} is a dump in custom format`,
    `make it plain: pg_restore --file=dump.sql ${file}`,
  );
}
