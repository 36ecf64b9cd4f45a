import { limits } from './limits.ts';

/** A stretch of the byte stream: the beginning of a frame that is looked into, or bytes that only pass through. */
export interface Piece {
  /** The frame's letter; empty where nobody looks into the bytes. */
  readonly type: string;
  /** As they came, header included. */
  readonly bytes: Buffer;
  /** The payload, as far as it was asked for. */
  readonly body: Buffer;
  /** The stream stands between two frames after these bytes. */
  readonly ends: boolean;
}

/** How many bytes of a frame's payload are wanted; undefined: none, it only passes through. */
export type Look = (type: string) => number | undefined;

export class FrameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FrameError';
  }
}

const headerBytes = 5;
const nothing = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames wherever the network has cut it. Frames that nobody looks into are neither gathered
 * nor copied: their bytes come out as they went in, several frames in one piece.
 */
export class Framer {
  /** What is wanted of a frame, by the byte of its letter: asked once for each message, and a copied row is one. */
  readonly #wantedOf: readonly (number | undefined)[];
  /** Bytes of the current frame that still pass through. */
  #passing = 0;
  /** The beginning of a frame whose wanted part is not complete. */
  #gathered: Buffer = nothing;
  #parts: Buffer[] = [];

  constructor(look: Look) {
    this.#wantedOf = Array.from({ length: 256 }, (_, byte) => look(String.fromCharCode(byte)));
  }

  /** Throws FrameError where a length is impossible; the stream is lost then. */
  push(chunk: Buffer): Piece[] {
    const pieces: Piece[] = [];
    let rest = this.#completeGathered(chunk, pieces);
    while (rest.length > 0) {
      const run = this.#passingRun(rest);
      if (run > 0) {
        pieces.push({ type: '', bytes: rest.subarray(0, run), body: nothing, ends: this.#passing === 0 });
        rest = rest.subarray(run);
        continue;
      }
      const wanted = this.#wanted(rest);
      if (rest.length < wanted) {
        this.#parts = [rest];
        this.#gathered = rest;
        break;
      }
      pieces.push(this.#begin(rest.subarray(0, wanted)));
      rest = rest.subarray(wanted);
    }
    return pieces;
  }

  /** Feeds what an earlier chunk began; gives what is left of this one. */
  #completeGathered(chunk: Buffer, pieces: Piece[]): Buffer {
    let rest = chunk;
    while (this.#parts.length > 0 && rest.length > 0) {
      const have = this.#parts.reduce((sum, part) => sum + part.length, 0);
      const missing = this.#wanted(this.#gathered) - have;
      this.#parts.push(rest.subarray(0, missing));
      const short = rest.length < missing;
      rest = rest.subarray(missing);
      if (this.#gathered.length < headerBytes || !short) this.#gathered = Buffer.concat(this.#parts);
      if (short) return rest;
      if (this.#gathered.length < this.#wanted(this.#gathered)) {
        // Only now the header is known, and with it how much of the payload is wanted.
        this.#parts = [this.#gathered];
        continue;
      }
      pieces.push(this.#begin(this.#gathered));
      this.#parts = [];
      this.#gathered = nothing;
    }
    return rest;
  }

  /** How far into `bytes` nobody looks, over as many frames as that goes. */
  #passingRun(bytes: Buffer): number {
    let at = Math.min(this.#passing, bytes.length);
    this.#passing -= at;
    while (this.#passing === 0 && bytes.length - at >= headerBytes) {
      if (this.#wantedOf[bytes[at] ?? 0] !== undefined) break;
      const whole = headerBytes + payloadLength(bytes, at);
      const here = Math.min(whole, bytes.length - at);
      this.#passing = whole - here;
      at += here;
    }
    return at;
  }

  /** Bytes from the frame's start that are needed before it can be told. */
  #wanted(start: Buffer): number {
    if (start.length < headerBytes) return headerBytes;
    return headerBytes + Math.min(this.#wantedOf[start[0] ?? 0] ?? 0, payloadLength(start, 0));
  }

  #begin(bytes: Buffer): Piece {
    this.#passing = headerBytes + payloadLength(bytes, 0) - bytes.length;
    const type = this.#wantedOf[bytes[0] ?? 0] === undefined ? '' : String.fromCharCode(bytes[0] ?? 0);
    return { type, bytes, body: bytes.subarray(headerBytes), ends: this.#passing === 0 };
  }
}

/** The length in a header counts itself and not the letter before it. */
function payloadLength(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 1);
  if (length < 4 || length > limits.frameBytesMax) {
    const type = String.fromCharCode(bytes[at] ?? 0);
    throw new FrameError(`a frame of type ${JSON.stringify(type)} claims a length of ${length} bytes`);
  }
  return length - 4;
}
