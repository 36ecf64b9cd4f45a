import { limits } from './limits.ts';
import type { Outlet } from './outlet.ts';

export interface HeldFrame {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The server's bytes on their way to the client, held back from a point on until they may be heard. */
export class HeldAnswer {
  readonly #outlet: Outlet;
  #frames: HeldFrame[] = [];
  #bytes = 0;
  #holding = false;
  /** The client heard a part of the current answer. */
  heard = false;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  hold(): void {
    this.#holding = true;
  }

  async push(type: string, bytes: Buffer): Promise<void> {
    if (!this.#holding) {
      this.heard = true;
      await this.#outlet.write(bytes);
      return;
    }
    this.#frames.push({ type, bytes });
    this.#bytes += bytes.length;
    // A large result must not be kept whole; what the client hears early of it are rows, not the end of the statement.
    if (this.#bytes > limits.heldBytesMax) await this.release();
  }

  async release(): Promise<void> {
    const frames = this.#take();
    if (frames.length > 0) this.heard = true;
    for (const { bytes } of frames) await this.#outlet.write(bytes);
  }

  /** Forgets what is held: the client will hear something else instead. */
  discard(): void {
    this.#take();
  }

  /**
   * Puts `bytes` where the last CommandComplete stood, or behind it all where a batch has one for each of its
   * statements.
   */
  refuse(bytes: Buffer, replacing: boolean): void {
    const last = replacing ? this.#frames.findLastIndex(({ type }) => type === 'C') : -1;
    if (last === -1) this.#frames.push({ type: 'E', bytes });
    else this.#frames.splice(last, 1, { type: 'E', bytes });
  }

  /**
   * Puts in what came with our COMMIT. A simple Query commits before it says that its last statement completed, so its
   * notices stand before that; notifications and settings are told last, and a batch commits at its end.
   */
  insert(frames: readonly HeldFrame[], simple: boolean): void {
    const isEarly = ({ type }: HeldFrame) => simple && type === 'N';
    const at = this.#frames.findLastIndex(({ type }) => type === 'C');
    this.#frames.splice(Math.max(at, 0), 0, ...frames.filter(isEarly));
    this.#frames.push(...frames.filter((frame) => !isEarly(frame)));
  }

  #take(): HeldFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    this.#holding = false;
    return frames;
  }
}
