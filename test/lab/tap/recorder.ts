import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Between a program and what it connects to: keeps what the program hears, message by message, per connection. */
export interface Recorder extends AsyncDisposable {
  readonly port: number;
  /** In order of connections; ends when the last one is closed. */
  heard(): readonly (readonly string[])[];
}

export async function record(to: { readonly host: string; readonly port: number }): Promise<Recorder> {
  const connections: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    const server = connect(to);
    const chunks: Buffer[] = [];
    connections.push(chunks);
    for (const [from, into] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('close', () => {
        sockets.delete(from);
        into.destroySoon();
      });
      from.on('error', () => from.destroy());
      from.pipe(into);
    }
    server.on('data', (chunk: Buffer) => chunks.push(chunk));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    heard: () => connections.map((chunks) => messagesOf(Buffer.concat(chunks))),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** Long payloads are told by their beginning and length. */
const shownBytes = 300;

function messagesOf(stream: Buffer): string[] {
  const messages: string[] = [];
  let at = 0;
  // Refusals of encryption are single bytes and come before everything else.
  while (stream[at] === 'N'.charCodeAt(0) && stream[at + 1] !== 0) {
    messages.push('encryption refused');
    at += 1;
  }
  while (at + 5 <= stream.length) {
    const end = at + 1 + stream.readInt32BE(at + 1);
    messages.push(told(String.fromCharCode(stream[at] ?? 0), stream.subarray(at + 5, end)));
    at = end;
  }
  return messages;
}

/** What differs from one connection to the next is left out: salts, process numbers, secret keys, object numbers. */
function told(type: string, body: Buffer): string {
  if (type === 'R' || type === 'K') return type;
  if (type === 'A') return `A ${text(body.subarray(4))}`;
  // Of each column its table's number differs, and what catalogs tell of tables is rows.
  if (type === 'D') return `D ${text(body).replaceAll(/\b1[6-9]\d{3}\b/g, 'oid')}`;
  if (type === 'T') return `T ${columnsOf(body).join(', ')}`;
  return `${type} ${text(body)}${body.length > shownBytes ? ` … ${body.length} bytes` : ''}`;
}

const text = (body: Buffer): string => body.toString('latin1', 0, shownBytes).replaceAll('\0', '·');

function columnsOf(body: Buffer): string[] {
  const columns: string[] = [];
  for (let at = 2; at < body.length; ) {
    const end = body.indexOf(0, at);
    columns.push(`${body.toString('utf8', at, end)} ${body.toString('hex', end + 5, end + 19)}`);
    at = end + 19;
  }
  return columns;
}
