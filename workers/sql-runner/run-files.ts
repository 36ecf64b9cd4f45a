import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { Failure, send } from './failure.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { Orders } from './orders.ts';
import { splitFile } from './split-file.ts';
import { needsAutocommit } from './transaction-shape.ts';

/**
 * Applies the files in order and yields a line for each. What the ledger has is skipped, so that a retry goes on.
 * The first refusal rolls back what is open and ends in a Failure; later files stay untouched.
 */
export async function* runFiles(client: Client, orders: Orders): AsyncGenerator<string, void, undefined> {
  const ledger = orders.ledger === 'none' ? null : await openLedger(client, orders.ledger, orders.files);
  for (const file of orders.files) {
    if (ledger?.has(file) === true) {
      yield `skipped ${file}: the ledger has it`;
      continue;
    }
    const text = await readFile(join(orders.root, file), 'utf8');
    await rollingBack(client, () => apply(client, ledger, file, text, orders.transaction));
    yield `applied ${file}`;
  }
}

async function apply(
  client: Client,
  ledger: Ledger | null,
  file: string,
  text: string,
  transaction: Orders['transaction'],
): Promise<void> {
  const statements = splitFile(text);
  const isAtomic = transaction === 'per-file' && !statements.some(({ sql }) => needsAutocommit(sql));
  if (isAtomic) await send(client, 'BEGIN', file);
  for (const { sql, line } of statements) await send(client, sql, `${file}:${line}`);
  if (!isAtomic && client.getTransactionStatus() !== 'I') {
    throw new Failure(`${file}: the file ends inside of a transaction that it began; nothing of it was committed.`);
  }
  if (ledger !== null) await send(client, ledger.entry(file), `${file}: its ledger entry`);
  if (isAtomic) await send(client, 'COMMIT', file);
}

async function rollingBack(client: Client, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const status = client.getTransactionStatus();
    if (status === 'T' || status === 'E') await rollBack(client, error);
    throw error;
  }
}

/** Where the connection is gone too, the server has rolled back by itself, and both refusals are told. */
async function rollBack(client: Client, cause: unknown): Promise<void> {
  try {
    await client.query('ROLLBACK');
  } catch (error) {
    const first = cause instanceof Error ? cause.message : String(cause);
    throw new Failure(`${first}\nROLLBACK: ${error instanceof Error ? error.message : String(error)}`, cause);
  }
}
