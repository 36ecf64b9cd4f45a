/** A server and who to be on it. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** One connection; leaving its scope closes it. */
export interface SqlSession extends AsyncDisposable {
  readonly backendPid: number;
  /**
   * Rows as objects; text without parameters may hold several statements, then the last one's rows are given. Throws
   * SqlError.
   */
  query<Row = Record<string, unknown>>(text: string, parameters?: readonly unknown[]): Promise<readonly Row[]>;
  /**
   * Has the server read one statement as a driver's Parse would, with the object ids of its parameters' types (0: to be
   * inferred). Nothing is executed and nothing stays. Throws SqlError.
   */
  parse(text: string, parameterTypes: readonly number[]): Promise<void>;
}

export interface Sql {
  /**
   * `applicationName` of our own sessions starts with `rehearsal/`, so that they are left out of every count. Timeouts
   * and transaction defaults of production's server, database or role do not hold for these (`neutral`), unless it is
   * just those that are asked for (`of-the-role`).
   */
  connect(address: ServerAddress, applicationName: string, settings?: 'neutral' | 'of-the-role'): Promise<SqlSession>;
}

/** What the server refused; `sqlstate` is absent where the connection ended instead. */
export class SqlError extends Error {
  readonly sqlstate: string | undefined;

  constructor(message: string, sqlstate: string | undefined, cause: unknown) {
    super(message, { cause });
    this.name = 'SqlError';
    this.sqlstate = sqlstate;
  }
}
