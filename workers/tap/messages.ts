/**
 * Reading and writing single messages. Source: PostgreSQL manual, "Message Formats". Readers tolerate a cut-off
 * payload.
 */

export interface ServerFailure {
  readonly sqlstate: string;
  readonly message: string;
}

export interface SqlText {
  readonly sql: string;
  /** The text goes on beyond what was gathered. */
  readonly cut: boolean;
  /** Of a Parse that names types of parameters. */
  readonly parameterTypes?: readonly number[];
}

export function readQuery(body: Buffer): SqlText {
  return textAt(body, 0);
}

export function readParse(body: Buffer): SqlText & { readonly name: string } {
  const name = textAt(body, 0);
  const { next, ...text } = textAt(body, name.next);
  const parameterTypes = typesAt(body, next);
  return { name: name.sql, ...text, ...(parameterTypes.length === 0 ? {} : { parameterTypes }) };
}

/** A count and so many object ids; a message that was cut off before its end names none. */
function typesAt(body: Buffer, at: number): readonly number[] {
  const count = body.length >= at + 2 ? body.readInt16BE(at) : 0;
  if (count <= 0 || body.length < at + 2 + 4 * count) return [];
  return Array.from({ length: count }, (_, index) => body.readUInt32BE(at + 2 + 4 * index));
}

export function readBind(body: Buffer): { readonly portal: string; readonly statement: string } {
  const portal = textAt(body, 0);
  return { portal: portal.sql, statement: textAt(body, portal.next).sql };
}

/** Describe and Close name a prepared statement (`S`) or a portal (`P`). */
export function readNamed(body: Buffer): { readonly kind: string; readonly name: string } {
  return { kind: String.fromCharCode(body[0] ?? 0), name: textAt(body, 1).sql };
}

export function readExecute(body: Buffer): { readonly portal: string; readonly rowsMax: number } {
  const portal = textAt(body, 0);
  return { portal: portal.sql, rowsMax: body.length >= portal.next + 4 ? body.readInt32BE(portal.next) : 0 };
}

/** A function is called by its number; there is no text. */
export function readFunctionCall(body: Buffer): string {
  return `FUNCTION CALL ${body.length >= 4 ? body.readUInt32BE(0) : 0}`;
}

export function readTag(body: Buffer): { readonly tag: string; readonly rows: number } {
  const tag = textAt(body, 0).sql;
  return { tag, rows: Number(/ (\d+)$/.exec(tag)?.[1] ?? 0) };
}

export function readFailure(body: Buffer): ServerFailure {
  const fields = new Map<number, string>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const field = textAt(body, at + 1);
    fields.set(body[at] ?? 0, field.sql);
    at = field.next;
  }
  return { sqlstate: fields.get(letter('C')) ?? 'XX000', message: fields.get(letter('M')) ?? '' };
}

export function readParameterStatus(body: Buffer): { readonly name: string; readonly value: string } {
  const name = textAt(body, 0);
  return { name: name.sql, value: textAt(body, name.next).sql };
}

export const closeStatementMessage = (name: string): Buffer => message('C', Buffer.from(`S${name}\0`));

const closePortalMessage = (name: string): Buffer => message('C', Buffer.from(`P${name}\0`));

/** A name that no client gives. */
const ourName = '\u{1}rehearsal';

/**
 * A command of our own between those of a client. A simple Query would destroy the client's unnamed statement. A portal
 * outlives its command, and one that failed left both names behind: they are closed first.
 */
export function ourCommand(sql: string): Buffer {
  const close = [closePortalMessage(ourName), closeStatementMessage(ourName)];
  return Buffer.concat([
    ...close,
    message('P', Buffer.from(`${ourName}\0${sql}\0\0\0`)),
    message('B', Buffer.from(`${ourName}\0${ourName}\0\0\0\0\0\0\0`)),
    message('E', Buffer.from(`${ourName}\0\0\0\0\0`)),
    ...close,
    message('S', Buffer.alloc(0)),
  ]);
}

export const readyMessage = (status: string): Buffer => message('Z', Buffer.from(status));

export function fatalMessage(failure: ServerFailure): Buffer {
  const fields = ['SFATAL', 'VFATAL', `C${failure.sqlstate}`, `M${failure.message}`];
  return message('E', Buffer.from(`${fields.join('\0')}\0\0`));
}

export function message(type: string, body: Buffer): Buffer {
  const frame = Buffer.alloc(5 + body.length);
  frame.write(type, 0, 'latin1');
  frame.writeInt32BE(4 + body.length, 1);
  body.copy(frame, 5);
  return frame;
}

const letter = (character: string): number => character.charCodeAt(0);

function textAt(body: Buffer, from: number): SqlText & { readonly next: number } {
  const end = body.indexOf(0, from);
  const stop = end === -1 ? body.length : end;
  return { sql: body.toString('utf8', Math.min(from, stop), stop), cut: end === -1, next: stop + 1 };
}
