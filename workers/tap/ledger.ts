import type { TappedStatement } from '../../shared/edge/ports/tap.ts';

/** What a tap has seen over all its sessions, and the numbers it gives. */
export class Ledger {
  readonly #statements: TappedStatement[] = [];
  #ordinal = 0;
  #transaction = 0;

  nextOrdinal(): number {
    this.#ordinal += 1;
    return this.#ordinal;
  }

  nextTransaction(): number {
    this.#transaction += 1;
    return this.#transaction;
  }

  record(statement: TappedStatement): void {
    // Statements finish nearly in the order in which they arrived, so the place is found from the end.
    const before = this.#statements.findLastIndex(({ ordinal }) => ordinal < statement.ordinal);
    this.#statements.splice(before + 1, 0, statement);
  }

  /** Its COMMIT, which was ours, told something else about it. */
  amend(ordinal: number, change: Partial<TappedStatement>): void {
    const at = this.#statements.findLastIndex((statement) => statement.ordinal === ordinal);
    const known = this.#statements[at];
    if (known !== undefined) this.#statements[at] = { ...known, ...change };
  }

  statements(): readonly TappedStatement[] {
    return [...this.#statements];
  }
}
