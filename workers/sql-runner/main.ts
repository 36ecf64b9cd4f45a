import pg from 'pg';
import { Failure } from './failure.ts';
import { readOrders } from './orders.ts';
import { runFiles } from './run-files.ts';

/** The built-in runner (CONTRACT 1.5): a program of its own that applies one phase's SQL files over one connection. */
async function main(): Promise<number> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  // A lost connection also rejects the query that waits; without a listener the event would end the program first.
  client.on('error', () => undefined);
  try {
    const orders = readOrders(process.env);
    await client.connect();
    for await (const line of runFiles(client, orders)) process.stdout.write(`${line}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${sentence(error)}\n`);
    return 1;
  } finally {
    await client.end();
  }
}

function sentence(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

process.exitCode = await main();
