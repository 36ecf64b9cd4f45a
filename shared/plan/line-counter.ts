/** 1-based lines of ascending offsets in one text; every line break is looked for once. */
export class LineCounter {
  readonly #text: string;
  #line = 1;
  #nextBreak: number;

  constructor(text: string) {
    this.#text = text;
    this.#nextBreak = text.indexOf('\n');
  }

  /** Offsets must not go down from one call to the next. */
  at(offset: number): number {
    while (this.#nextBreak >= 0 && this.#nextBreak < offset) {
      this.#line += 1;
      this.#nextBreak = this.#text.indexOf('\n', this.#nextBreak + 1);
    }
    return this.#line;
  }
}
