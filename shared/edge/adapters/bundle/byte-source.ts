import { inMiB, packAgain } from './limits.ts';
import { BundleUnreadable } from './unreadable.ts';

/** Reads a stream of chunks in pieces of exact length, and never more of it than `bytesMax`. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #bytesMax: number;
  #rest: Buffer = Buffer.alloc(0);
  #read = 0;

  constructor(chunks: AsyncIterable<Buffer>, bytesMax: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#bytesMax = bytesMax;
  }

  /** Bytes given out or skipped so far. */
  get position(): number {
    return this.#read - this.#rest.length;
  }

  /** The next 512 bytes, or null where the stream ended before them. */
  async block(): Promise<Buffer | null> {
    if (this.#rest.length === 0 && !(await this.#fill())) return null;
    return this.take(512);
  }

  async take(length: number): Promise<Buffer> {
    if (length <= this.#rest.length) {
      const part = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      return part;
    }
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return Buffer.concat(parts);
  }

  async skip(length: number): Promise<void> {
    if (length <= this.#rest.length) this.#rest = this.#rest.subarray(length);
    else for await (const part of this.stream(length)) void part;
  }

  /** To the stream's end, where compressed streams have their checksum; false where a byte of it is not zero. */
  async restIsZero(): Promise<boolean> {
    let isZero = true;
    do isZero &&= this.#rest.every((byte) => byte === 0);
    while (await this.#fill());
    return isZero;
  }

  /** The next `length` bytes as they come. Throws BundleUnreadable where the stream ends before. */
  async *stream(length: number): AsyncGenerator<Buffer, void, undefined> {
    let left = length;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        throw new BundleUnreadable({
          message: `The archive is cut off: it ends in the middle of an entry. ${packAgain}`,
        });
      }
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Closes the stream below, so that nothing goes on decompressing. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #fill(): Promise<boolean> {
    for (let next = await this.#chunks.next(); next.done !== true; next = await this.#chunks.next()) {
      if (next.value.length === 0) continue;
      this.#read += next.value.length;
      if (this.#read > this.#bytesMax) {
        throw new BundleUnreadable({
          message: `The archive decompresses to more than ${inMiB(this.#bytesMax)}, headers and padding counted. ${packAgain}`,
        });
      }
      this.#rest = next.value;
      return true;
    }
    return false;
  }
}
