import type { Readable } from 'node:stream';

/** CONTRACT 1.3: each stream is kept to 1 MiB. */
export const outputBytesMax = 1024 * 1024;

/** The last bytes of a stream. It is always read to its end, so that a process that prints more is never held up. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(stream: Readable | null) {
    stream?.on('data', (chunk: Buffer) => this.#add(chunk));
    // A pipe that breaks has ended; what came through is all there is.
    stream?.on('error', () => stream.destroy());
  }

  text(): string {
    const all = Buffer.concat(this.#chunks);
    let start = Math.max(0, all.length - outputBytesMax);
    // Continuation bytes of a character whose beginning was cut off.
    while (start > 0 && start < all.length && ((all[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return all.toString('utf8', start);
  }

  #add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (this.#bytes - first.length < outputBytesMax) return;
      this.#bytes -= first.length;
      this.#chunks.shift();
    }
  }
}
