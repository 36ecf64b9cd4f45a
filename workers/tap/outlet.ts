import type { Socket } from 'node:net';

/** The other direction: a slow reader makes the writer wait, and one that is gone makes it write into nothing. */
export class Outlet {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  async write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || !this.#socket.writable) return;
    this.#cork();
    if (this.#socket.write(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('drain', resolve);
    this.#socket.once('close', resolve);
    // 'close' may have come before we listened.
    if (this.#socket.destroyed) resolve();
    await promise;
    this.#socket.removeListener('drain', resolve);
    this.#socket.removeListener('close', resolve);
  }

  /** Tells the peer that no more comes; what is written still arrives. */
  end(): void {
    if (this.#socket.writable) this.#socket.end();
  }

  /** What is written in one turn leaves in one packet, as the peer's own flush would send it. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }
}
