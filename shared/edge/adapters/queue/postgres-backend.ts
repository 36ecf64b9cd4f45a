import { createPostgresBackend, type PostgresPoolConfig, Queue, Worker } from 'bullmq';
import pg from 'pg';
import { type Backend, pingMs, queueUnreachable } from './backend.ts';
import { unlocking } from './unlocking.ts';

/** The queue's tables live beside the store's, in a schema of their own. */
const schema = 'queue';

export async function postgresBackend(url: string): Promise<Backend> {
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: pingMs, query_timeout: pingMs });
  // Errors of this connection are told by the query that meets them.
  pool.on('error', () => undefined);
  const ping = async () => {
    await pool.query('SELECT 1').catch((cause: unknown) => Promise.reject(queueUnreachable('postgres', cause)));
  };
  try {
    await ping();
  } catch (error) {
    await pool.end();
    throw error;
  }
  const connection: PostgresPoolConfig = { connectionString: url, schema, migrate: true, max: 4 };
  return {
    kind: 'postgres',
    queue: (name) => new Queue(name, { connection }, createPostgresBackend),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection }, createPostgresBackend),
    ping,
    unlock: unlocking(pool),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}
