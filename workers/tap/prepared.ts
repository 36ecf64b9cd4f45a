import type { SqlText } from './messages.ts';

const unknown: SqlText = { sql: '', cut: false };

/** The texts behind a session's prepared statements and portals, by the names in Parse, Bind and Close. */
export class Prepared {
  readonly #statements = new Map<string, SqlText>();
  readonly #portals = new Map<string, SqlText>();

  parsed(name: string, text: SqlText): void {
    this.#statements.set(name, text);
  }

  bound(portal: string, statement: string): SqlText {
    const text = this.#statements.get(statement) ?? unknown;
    this.#portals.set(portal, text);
    return text;
  }

  text(kind: string, name: string): SqlText {
    return (kind === 'S' ? this.#statements : this.#portals).get(name) ?? unknown;
  }

  closed(kind: string, name: string): void {
    (kind === 'S' ? this.#statements : this.#portals).delete(name);
  }

  /** Portals live at most as long as their transaction. */
  transactionEnded(): void {
    this.#portals.clear();
  }
}
