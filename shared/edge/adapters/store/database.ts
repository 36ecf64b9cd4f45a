import { createHash } from 'node:crypto';
import pg from 'pg';
import { RehearsalError } from '../../../domain/problem.ts';

export interface Database extends AsyncDisposable {
  readonly rows: Ask;
  /** As `rows`, for the few questions that come with every request: each connection keeps their plans. */
  readonly often: Ask;
  /** One transaction; it is rolled back where `work` rejects. */
  transaction<T>(work: (rows: Ask, often: Ask) => Promise<T>): Promise<T>;
  /** A connection of its own, for locks that live as long as it does. */
  dedicated(applicationName: string): Promise<pg.Client>;
}

export type Ask = <Row extends object>(text: string, parameters?: readonly unknown[]) => Promise<readonly Row[]>;

/** A network that is cut tells nobody; no single question of ours takes a tenth of it. */
const usualAnswerMs = 15_000;

/** `answerMs`: whoever asks outside of a transaction is told `store-unreachable` after that. */
export function openDatabase(url: string, onError: (error: Error) => void, answerMs = usualAnswerMs): Database {
  const config = { connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true };
  const pool = new pg.Pool({ ...config, max: 10, application_name: 'rehearsal/store' });
  // Without a listener, an idle connection that the server ends would end this process too.
  pool.on('error', onError);
  return {
    rows: (text, parameters) => ask(pool, { text, answerMs }, parameters),
    often: (text, parameters) => ask(pool, { text, answerMs, name: nameOf(text) }, parameters),
    transaction: (work) => inTransaction(pool, work),
    dedicated: async (applicationName) => {
      const client = new pg.Client({ ...config, application_name: applicationName });
      client.on('error', onError);
      await client.connect().catch((cause: unknown) => Promise.reject(unreachable(cause)));
      return client;
    },
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (rows: Ask, often: Ask) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((cause: unknown) => Promise.reject(unreachable(cause)));
  let broken = false;
  // Between two questions nobody else listens; the next one is told that the connection is gone.
  const lost = () => {
    broken = true;
  };
  client.on('error', lost);
  try {
    await client.query('BEGIN');
    const result = await work(
      (text, parameters) => ask(client, { text }, parameters),
      (text, parameters) => ask(client, { text, name: nameOf(text) }, parameters),
    );
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      // The connection is gone, so the server has rolled back; the first error is the one to tell.
      broken = true;
    });
    throw error;
  } finally {
    client.removeListener('error', lost);
    client.release(broken);
  }
}

interface Queryable {
  query(question: pg.QueryConfig & { readonly query_timeout?: number }): Promise<{ rows: unknown[] }>;
}

interface Statement {
  readonly text: string;
  /** Prepared under it, once in each connection. */
  readonly name?: string;
  readonly answerMs?: number | undefined;
}

const nameOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

async function ask<Row extends object>(
  on: Queryable,
  { answerMs, ...statement }: Statement,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const limit = answerMs === undefined ? {} : { query_timeout: answerMs };
  try {
    return (await on.query({ ...statement, values: [...parameters], ...limit })).rows as Row[];
  } catch (cause) {
    if (lostConnection(cause)) throw unreachable(cause);
    if (/^53/.test(String((cause as { code?: unknown }).code))) throw exhausted(cause);
    if (isNul((cause as { code?: unknown }).code, parameters)) throw notText(cause);
    throw cause;
  }
}

/**
 * https://www.postgresql.org/docs/current/errcodes-appendix.html; in UTF-8 22021 means U+0000 as a byte, which nothing that
 * is stored has. 22P05 means it escaped in JSON: there it counts only where the request brought it.
 */
function isNul(code: unknown, parameters: readonly unknown[]): boolean {
  const isBrought = () => parameters.some((value) => typeof value === 'string' && value.includes('\\u0000'));
  return code === '22021' || (code === '22P05' && isBrought());
}

function notText(cause: unknown): RehearsalError {
  return new RehearsalError(
    'bundle',
    'invalid-request',
    'The request has a text with the character U+0000, which no name has.',
    'Send it without that character.',
    { cause },
  );
}

/** What the server says has a five-character SQLSTATE; class 57P and 08 mean that it went away. */
function lostConnection(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || /^(57P0|08)/.test(code);
}

/** Class 53: disk, memory or connections. Like a server that is away, it will be back. */
function exhausted(cause: unknown): RehearsalError {
  return new RehearsalError(
    'machine',
    'store-unreachable',
    `The database of the service has no room: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Give its PostgreSQL more of what it lacks: disk, memory or connections.',
    { cause },
  );
}

function unreachable(cause: unknown): RehearsalError {
  return new RehearsalError(
    'machine',
    'store-unreachable',
    'The database of the service does not answer.',
    'Check DATABASE_URL and that its PostgreSQL runs and accepts connections.',
    { cause },
  );
}
