import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { withoutByteOrderMark } from '../../shared/plan/scan-sql.ts';
import { needAutocommit } from './autocommit.ts';
import { Failure, send } from './failure.ts';
import { type Ledger, openLedger } from './ledger.ts';
import type { Orders } from './orders.ts';
import { type Statement, splitFile } from './split-file.ts';

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
    const text = withoutByteOrderMark(await readFile(join(orders.root, file), 'utf8'));
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
  refuseUnsendable(file, text, statements);
  const isAtomic = transaction === 'per-file' && !(await needAutocommit(statements.map(({ sql }) => sql)));
  if (isAtomic) await send(client, 'BEGIN', file);
  for (const { sql, line } of statements) await send(client, sql, `${file}:${line}`);
  if (!isAtomic && client.getTransactionStatus() !== 'I') {
    throw new Failure(`${file}: the file ends inside of a transaction that it began; nothing of it was committed.`);
  }
  if (ledger !== null) await send(client, ledger.entry(file), `${file}: its ledger entry`);
  if (isAtomic) await send(client, 'COMMIT', file);
}

/** What cannot be sent is said before anything of the file is. */
function refuseUnsendable(file: string, text: string, statements: readonly Statement[]): void {
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const line = text.slice(0, nul).split('\n').length;
    throw new Failure(`${file}:${line}: the file holds a NUL, which PostgreSQL cannot take. Save it as UTF-8 text.`);
  }
  for (const { sql, line, copiesFromStdin } of statements) {
    const where = `${file}:${line}`;
    if (copiesFromStdin) {
      throw new Failure(
        `${where}: COPY … FROM stdin reads rows that only psql sends. Write them as INSERT, or give the phase a \`command\` that runs psql. Nothing of this file was sent.`,
      );
    }
    if (sql.startsWith('\\')) {
      const name = /^\\\S*/.exec(sql)?.[0] ?? '\\';
      throw new Failure(
        `${where}: \`${name}\` is a command of psql, not SQL. Remove it, or give the phase a \`command\` that runs psql. Nothing of this file was sent.`,
      );
    }
  }
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
