import type { Socket } from 'node:net';
import { limits } from './limits.ts';

export interface Chunk {
  readonly bytes: Buffer;
  /** When it arrived, however long it waited for its turn. */
  readonly atMs: number;
}

/**
 * One direction of a socket, read ahead a little: so a peer that goes away is noticed while its bytes are held back,
 * and one that sends too much has to wait.
 */
export class Inlet {
  readonly #socket: Socket;
  readonly #now: () => number;
  #queue: Chunk[] = [];
  #queuedBytes = 0;
  #closed = false;
  /** What the peer sends goes nowhere any more. */
  dropped = false;
  #wake: (() => void) | undefined;

  constructor(socket: Socket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    socket.on('data', (bytes: Buffer) => this.#arrive(bytes));
    socket.on('end', () => this.#close());
    socket.on('close', () => this.#close());
  }

  /** The peer sends no more; what it had sent may still be queued. */
  get gone(): boolean {
    return this.#closed;
  }

  /** The next bytes in order; null once the peer is gone and all is read. */
  async next(): Promise<Chunk | null> {
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk !== undefined) {
        this.#queuedBytes -= chunk.bytes.length;
        if (this.#queuedBytes <= limits.queuedBytesMax) this.#socket.resume();
        return chunk;
      }
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Gives bytes back that were read too far. */
  unread(chunk: Chunk): void {
    this.#queue.unshift(chunk);
    this.#queuedBytes += chunk.bytes.length;
  }

  /** Wakes the reader with nothing to read, so that it looks at what changed on the other side. */
  poke(): void {
    this.#queue.push({ bytes: Buffer.alloc(0), atMs: this.#now() });
    this.#wake?.();
  }

  /** Forgets what is queued and reads no more. */
  drop(): void {
    this.dropped = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#close();
  }

  #arrive(bytes: Buffer): void {
    if (this.#closed) return;
    this.#queue.push({ bytes, atMs: this.#now() });
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes > limits.queuedBytesMax) this.#socket.pause();
    this.#wake?.();
  }

  #close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
