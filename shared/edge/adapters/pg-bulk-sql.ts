import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type pg from 'pg';
import type { BulkSession, BulkSql } from '../ports/bulk-sql.ts';
import { connectClient, sessionOf, throwSqlError } from './pg-sql.ts';

/** The `BulkSql` port over node-postgres, whose connection has the COPY messages but no interface for them. */
export const pgBulkSql: BulkSql = {
  async connect(address, applicationName): Promise<BulkSession> {
    const client = await connectClient(address, applicationName);
    return {
      ...sessionOf(client),
      copyIn: (sql, rows) => copyIn(client, sql, rows),
      copyOut: (sql) => copyOut(client, sql),
    };
  },
};

/** The part of node-postgres' connection that COPY needs. */
interface CopyConnection {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

interface CopyEvents {
  readonly begin?: (connection: CopyConnection) => void;
  readonly data?: (chunk: Buffer, connection: CopyConnection) => void;
  readonly end: () => void;
  readonly error: (error: unknown) => void;
}

/** A query that handles its protocol messages itself; node-postgres calls these by name. */
class CopyQuery {
  readonly #sql: string;
  readonly #on: CopyEvents;
  #failed = false;

  constructor(sql: string, on: CopyEvents) {
    this.#sql = sql;
    this.#on = on;
  }

  submit(connection: CopyConnection): void {
    connection.query(this.#sql);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#on.begin?.(connection);
  }

  handleCopyData(message: { readonly chunk: Buffer }, connection: CopyConnection): void {
    this.#on.data?.(message.chunk, connection);
  }

  handleError(error: unknown): void {
    this.#failed = true;
    this.#on.error(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failed) this.#on.end();
  }

  handleCommandComplete = nothing;
  handleEmptyQuery = nothing;
  handleRowDescription = nothing;
  handleDataRow = nothing;
}

async function copyIn(client: pg.Client, sql: string, rows: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  const begun = Promise.withResolvers<CopyConnection>();
  const done = Promise.withResolvers<void>();
  // Whoever waits for the other of the two hears of a failure too.
  const fail = (error: unknown): void => {
    begun.reject(error);
    done.reject(error);
  };
  begun.promise.catch(nothing);
  done.promise.catch(nothing);
  submit(client, new CopyQuery(sql, { begin: begun.resolve, end: done.resolve, error: fail }));
  try {
    const connection = await begun.promise;
    await Promise.race([feed(connection, rows), done.promise]);
    await done.promise;
  } catch (error) {
    throwSqlError(error);
  }
}

async function feed(connection: CopyConnection, rows: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of rows) {
      connection.sendCopyFromChunk(chunk);
      if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain');
    }
    connection.endCopyFrom();
  } catch (error) {
    connection.sendCopyFail('the rows could not be read');
    throw error;
  }
}

function copyOut(client: pg.Client, sql: string): AsyncIterable<Buffer> {
  let socket: Socket | undefined;
  const rows = new Readable({ highWaterMark: 1024 * 1024, read: () => void socket?.resume() });
  // The server may refuse before anybody reads; whoever reads then is told.
  rows.on('error', nothing);
  submit(
    client,
    new CopyQuery(sql, {
      data: (chunk, { stream }) => {
        socket = stream;
        // The parser uses its buffer again for the next message.
        if (!rows.push(Buffer.from(chunk))) stream.pause();
      },
      end: () => rows.push(null),
      error: (error) => rows.destroy(error instanceof Error ? error : new Error(String(error))),
    }),
  );
  return throwingSqlErrors(rows);
}

async function* throwingSqlErrors(rows: Readable): AsyncIterable<Buffer> {
  try {
    yield* rows;
  } catch (error) {
    throwSqlError(error);
  }
}

const submit = (client: pg.Client, query: CopyQuery): void => {
  client.query(query as unknown as pg.Submittable);
};

function nothing(): void {
  return;
}
