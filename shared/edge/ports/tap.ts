/** The wire-protocol proxy between a process of the bundle and its clone. */
export interface Tap extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Every statement that finished so far, in order of arrival. */
  statements(): readonly TappedStatement[];
  /** Every session so far, open or not. */
  sessions(): readonly TapSession[];
  /**
   * Ends every client connection at once, as a network cut would; the server learns of it only by the closed socket.
   */
  cut(): void;
}

export interface TapSession {
  /** From 1 in order of arrival. */
  readonly session: number;
  readonly backendPid: number;
  readonly applicationName: string;
  readonly open: boolean;
}

export interface TapOptions {
  /** Address to listen on; the port is chosen. */
  readonly listenHost: string;
  readonly server: { readonly host: string; readonly port: number };
  /**
   * `plain`: nothing is added. `traced`: every message unit that arrives outside a transaction is wrapped in BEGIN …
   * COMMIT,
   * so that its locks can be read; the client sees no difference, and what refuses a transaction block is sent again
   * plain.
   */
  readonly mode: 'plain' | 'traced';
  readonly hooks?: TapHooks;
  /** Monotonic ms, the run's clock. */
  readonly now: () => number;
}

/** A hook's promise is a brake: the message waits until it settles, and that time is not the statement's. */
export interface TapHooks {
  /** Before the statement is sent to the server. */
  arrived?(statement: ArrivedStatement): Promise<void>;
  /**
   * In `traced` mode, before a statement that stands outside a transaction is sent plainly: its text controls
   * transactions itself, or (`refused`) the server would not run it in one.
   */
  untraced?(statement: ArrivedStatement, refused: boolean): Promise<void>;
  /**
   * The server finished it and the client has not heard. In `traced` mode, and wherever a transaction stays open, the
   * locks are still held. A client that is killed meanwhile gets nothing more.
   */
  finished?(statement: TappedStatement): Promise<void>;
}

export interface ArrivedStatement {
  /** From 1 per tap in order of arrival over all sessions: one per simple Query message, one per Execute message. */
  readonly ordinal: number;
  readonly session: number;
  readonly backendPid: number;
  /** Text as sent (for Execute: of its Parse). Holds row values: normalize before it is stored. */
  readonly sql: string;
  /** Object ids of its parameters' types as its Parse gave them, 0 where it left them open; absent: it gave none. */
  readonly parameterTypes?: readonly number[];
  readonly statusBefore: 'I' | 'T' | 'E';
  /**
   * Timeouts in force by the last SET, SET LOCAL, set_config or start-up option that the tap saw; null: the server's
   * own holds.
   */
  readonly lockTimeoutMs: number | null;
  readonly statementTimeoutMs: number | null;
}

export interface TappedStatement extends ArrivedStatement {
  /** On the tap's clock. */
  readonly sentAtMs: number;
  readonly finishedAtMs: number;
  /** Time from sent to finished. */
  readonly durationMs: number;
  /**
   * Number of the transaction over all sessions of the tap, from 1; null in autocommit. A BEGIN has the number it
   * opens, a COMMIT the one it ends.
   */
  readonly transaction: number | null;
  /** null: the connection ended before ReadyForQuery. */
  readonly statusAfter: 'I' | 'T' | 'E' | null;
  readonly commandTag: string;
  readonly rows: number;
  readonly sqlstate?: string;
  /** As the server said it: holds row values, remove them before it is stored. */
  readonly message?: string;
  /** True in `traced` mode where it ran inside our BEGIN … COMMIT; false where it refused. */
  readonly traced: boolean;
}
