import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import type { Tap, TapHooks, TapOptions } from '../../../shared/edge/ports/tap.ts';
import { message } from '../../../workers/tap/messages.ts';
import { openTap } from '../../../workers/tap/open-tap.ts';

export function tapBefore(
  server: ServerAddress,
  options: { readonly mode?: TapOptions['mode']; readonly hooks?: TapHooks } = {},
): Promise<Tap> {
  const now = () => performance.now();
  return openTap({ listenHost: '127.0.0.1', server, mode: options.mode ?? 'plain', now, hooks: options.hooks ?? {} });
}

/** A `pg` client whose lost connection is an ended query, not an unhandled event. */
export async function pgClient(server: ServerAddress, at: { host: string; port: number } = server): Promise<pg.Client> {
  const client = new pg.Client({ ...server, host: at.host, port: at.port });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Speaks the protocol byte by byte with a server that trusts it. */
export class RawClient {
  readonly socket: Socket;
  readonly frames: { readonly type: string; readonly body: Buffer }[] = [];
  closed = false;
  #bytes = Buffer.alloc(0);
  #wake = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.closed = true;
        this.#wake.resolve();
      });
    }
  }

  static async connect(at: { host: string; port: number }): Promise<RawClient> {
    const socket = connect({ host: at.host, port: at.port, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  static async start(at: { host: string; port: number }, parameters: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.connect(at);
    client.socket.write(startupPacket({ user: 'postgres', database: 'postgres', ...parameters }));
    await client.until('Z');
    client.frames.length = 0;
    return client;
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages));
  }

  /** The letters of everything up to the next frame of that type; fails where the connection ends first. */
  async until(type: string): Promise<string> {
    for (;;) {
      const at = this.frames.findIndex((frame) => frame.type === type);
      if (at !== -1)
        return this.frames
          .splice(0, at + 1)
          .map((frame) => frame.type)
          .join('');
      if (this.closed) throw new Error(`the connection ended before ${type}; got ${this.letters()}`);
      await this.#wake.promise;
    }
  }

  async untilClosed(): Promise<void> {
    while (!this.closed) await this.#wake.promise;
  }

  letters(): string {
    return this.frames.map(({ type }) => type).join('');
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 5) {
      const length = 1 + this.#bytes.readInt32BE(1);
      if (this.#bytes.length < length) break;
      const type = String.fromCharCode(this.#bytes[0] ?? 0);
      this.frames.push({ type, body: this.#bytes.subarray(5, length) });
      this.#bytes = this.#bytes.subarray(length);
    }
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

export function startupPacket(parameters: Record<string, string>, version = 196608): Buffer {
  const words = Object.entries(parameters).flat();
  const body = Buffer.from(`${words.join('\0')}\0\0`);
  const packet = Buffer.alloc(8 + body.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(version, 4);
  body.copy(packet, 8);
  return packet;
}

export const query = (sql: string): Buffer => message('Q', Buffer.from(`${sql}\0`));
export const parse = (name: string, sql: string): Buffer => message('P', Buffer.from(`${name}\0${sql}\0\0\0`));
export const bind = (portal: string, statement: string): Buffer =>
  message('B', Buffer.from(`${portal}\0${statement}\0\0\0\0\0\0\0`));
export const describePortal = (portal: string): Buffer => message('D', Buffer.from(`P${portal}\0`));
export const execute = (portal: string, rowsMax = 0): Buffer => {
  const body = Buffer.from(`${portal}\0\0\0\0\0`);
  body.writeInt32BE(rowsMax, body.length - 4);
  return message('E', body);
};
export const closeStatement = (name: string): Buffer => message('C', Buffer.from(`S${name}\0`));
export const sync = message('S', Buffer.alloc(0));
export const flush = message('H', Buffer.alloc(0));
export const terminate = message('X', Buffer.alloc(0));
export const copyData = (text: string): Buffer => message('d', Buffer.from(text));
export const copyDone = message('c', Buffer.alloc(0));
export const copyFail = (reason: string): Buffer => message('f', Buffer.from(`${reason}\0`));
/** Parse, Bind and Execute of the unnamed statement. */
export const statement = (sql: string): Buffer => Buffer.concat([parse('', sql), bind('', ''), execute('')]);
