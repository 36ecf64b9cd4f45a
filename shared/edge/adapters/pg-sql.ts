import pg from 'pg';
import { type ServerAddress, type Sql, SqlError, type SqlSession } from '../ports/sql.ts';

/** Long enough for a server that is busy with a migration; a dead address refuses at once. */
const connectTimeoutMs = 15_000;

/** The `Sql` port over node-postgres: one TCP connection a session, nothing pooled, nothing retried. */
export const pgSql: Sql = {
  async connect(address: ServerAddress, applicationName: string): Promise<SqlSession> {
    return sessionOf(await connectClient(address, applicationName));
  },
};

export async function connectClient(address: ServerAddress, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...address,
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
  return {
    backendPid: (client as unknown as { readonly processID: number }).processID,
    async query<Row>(text: string, parameters?: readonly unknown[]): Promise<readonly Row[]> {
      const asked =
        parameters === undefined || parameters.length === 0 ? client.query(text) : client.query(text, [...parameters]);
      const result: pg.QueryResult | pg.QueryResult[] = await asked.catch(throwSqlError);
      // Several statements give several results; the caller is promised the last one's rows.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return (last?.rows ?? []) as Row[];
    },
    async [Symbol.asyncDispose]() {
      // Ending a connection that the server already dropped is no failure of the caller.
      closing ??= client.end().catch(ignoreUntilNextQuery);
      await closing;
    },
  };
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
