import pg from 'pg';
import { type ServerAddress, type Sql, SqlError, type SqlSession } from '../ports/sql.ts';

/** Long enough for a server that is busy with a migration; a dead address refuses at once. */
const connectTimeoutMs = 15_000;

/** The `Sql` port over node-postgres: one TCP connection a session, nothing pooled, nothing retried. */
export const pgSql: Sql = {
  async connect(address: ServerAddress, applicationName: string, settings = 'neutral'): Promise<SqlSession> {
    if (!applicationName.startsWith('rehearsal/') || settings !== 'neutral') {
      return sessionOf(await connectClient(address, applicationName));
    }
    const client = await connectClient(address, applicationName, neutralOptions);
    try {
      await client.query(neutralWhereKnown).catch(throwSqlError);
      return sessionOf(client);
    } catch (error) {
      await client.end().catch(ignoreUntilNextQuery);
      throw error;
    }
  },
};

/** At the start, where they outrank the server's, the database's and the role's own; every major knows these. */
const neutralOptions = [
  'statement_timeout=0',
  'lock_timeout=0',
  'idle_in_transaction_session_timeout=0',
  'default_transaction_read_only=off',
  'default_transaction_isolation=read\\ committed',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

/** Only newer majors know these, and a start-up option that a server does not know ends the connection. */
const neutralWhereKnown = `SELECT set_config(name, '0', false) FROM (VALUES ('transaction_timeout'), ('idle_session_timeout'))
  AS newer (name) WHERE current_setting(name, true) IS NOT NULL`;

export async function connectClient(
  address: ServerAddress,
  applicationName: string,
  options?: string,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
    ...(options === undefined ? {} : { options }),
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // Without a listener a server that goes away between two queries would end this whole process; the next query says
  // it.
  client.on('error', ignoreUntilNextQuery);
  await client.connect().catch(throwSqlError);
  return client;
}

export function sessionOf(client: pg.Client): SqlSession {
  let closing: Promise<void> | undefined;
  let lost: Error | undefined;
  // The driver tells the next query only that the connection is gone; why it went was told here.
  client.on('error', (error) => {
    lost ??= error;
  });
  const fail = (error: unknown): never => throwSqlError(error instanceof pg.DatabaseError ? error : (lost ?? error));
  return {
    backendPid: (client as unknown as { readonly processID: number }).processID,
    async query<Row>(text: string, parameters?: readonly unknown[]): Promise<readonly Row[]> {
      const asked =
        parameters === undefined || parameters.length === 0 ? client.query(text) : client.query(text, [...parameters]);
      const result: pg.QueryResult | pg.QueryResult[] = await asked.catch(fail);
      // Several statements give several results; the caller is promised the last one's rows.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last?.rows ?? []) as Row[];
    },
    async parse(text, parameterTypes) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      client.query(parseOnly(text, parameterTypes, { resolve, reject }));
      await promise.catch(fail);
    },
    async [Symbol.asyncDispose]() {
      // Ending a connection that the server already dropped is no failure of the caller.
      closing ??= client.end().catch(ignoreUntilNextQuery);
      await closing;
    },
  };
}

/** One Parse of the unnamed statement and its Sync: the driver itself knows only queries that are also executed. */
function parseOnly(
  text: string,
  types: readonly number[],
  settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void },
): pg.Submittable {
  return {
    submit(connection: pg.Connection) {
      // The driver writes numbers; only its declaration says otherwise.
      connection.parse({ name: '', text, types: types as unknown as string[] }, false);
      connection.sync();
    },
    handleError: (error: unknown) => settle.reject(error),
    handleReadyForQuery: () => settle.resolve(),
  } as pg.Submittable;
}

function ignoreUntilNextQuery(): void {
  return;
}

export function throwSqlError(error: unknown): never {
  if (error instanceof SqlError) throw error;
  const message = error instanceof Error ? messageOf(error) : String(error);
  throw new SqlError(message, error instanceof pg.DatabaseError ? error.code : undefined, error);
}

/** Node reports a refused connection to a name with several addresses as an AggregateError without a message. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}
