import type { Client, QueryResult } from 'pg';

/** Ends the run; its message is what stderr says. */
export class Failure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
  }
}

/** Sends one simple-query message; `where` begins the sentence of a failure. */
export async function send(client: Client, sql: string, where: string): Promise<QueryResult> {
  try {
    return await client.query(sql);
  } catch (error) {
    const sqlstate = error instanceof Error && 'code' in error ? `${String(error.code)} ` : '';
    const message = error instanceof Error ? error.message : String(error);
    // DETAIL and CONTEXT stay unsaid: they hold row values.
    throw new Failure(`${where}: ${sqlstate}${message}`, error);
  }
}
