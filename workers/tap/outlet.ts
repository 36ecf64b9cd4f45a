import type { Socket } from 'node:net';
import { limits } from './limits.ts';

/** The other direction: a slow reader makes the writer wait, and one that is gone makes it write into nothing. */
export class Outlet {
  readonly #socket: Socket;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** What is written in one turn leaves in one packet, as the peer's own flush would send it. */
  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || !this.#socket.writable) return;
    if (this.#waiting.length === 0) process.nextTick(() => this.flush());
    this.#add(bytes);
    if (this.#waitingBytes + this.#socket.writableLength < this.#socket.writableHighWaterMark) return;
    this.flush();
    if (this.#socket.writableNeedDrain) await this.#drained();
  }

  /** Hands over what waits for the end of this turn. */
  flush(): void {
    const [first, ...more] = this.#waiting;
    if (first === undefined) return;
    const bytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!this.#socket.writable) return;
    if (more.length === 0) this.#socket.write(first);
    else if (bytes <= limits.joinedBytesMax) this.#socket.write(Buffer.concat([first, ...more], bytes));
    else this.#writeEach([first, ...more]);
  }

  /** Tells the peer that no more comes; what is written still arrives. */
  end(): void {
    this.flush();
    if (this.#socket.writable) this.#socket.end();
  }

  /** Frames that came in one piece leave in one piece. */
  #add(bytes: Buffer): void {
    this.#waitingBytes += bytes.length;
    const last = this.#waiting.at(-1);
    if (last?.buffer === bytes.buffer && last.byteOffset + last.length === bytes.byteOffset) {
      const joined = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length);
      this.#waiting[this.#waiting.length - 1] = joined;
    } else this.#waiting.push(bytes);
  }

  #writeEach(buffers: readonly Buffer[]): void {
    this.#socket.cork();
    for (const bytes of buffers) this.#socket.write(bytes);
    this.#socket.uncork();
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('drain', resolve);
    this.#socket.once('close', resolve);
    // 'close' may have come before we listened.
    if (this.#socket.destroyed) resolve();
    await promise;
    this.#socket.removeListener('drain', resolve);
    this.#socket.removeListener('close', resolve);
  }
}
