import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { clientEnvironment, programsDir } from './pgbench.ts';

/** A line of the copied table: a number and a text of this many characters. */
const textCharacters = 1000;

/** Makes a table of that many rows, or of about as many bytes of copied text; gives these. */
export async function fillTable(
  at: ServerAddress,
  table: { readonly name: string } & ({ readonly rows: number } | { readonly bytes: number }),
): Promise<number> {
  const rows = 'rows' in table ? table.rows : Math.round(table.bytes / (textCharacters + 8));
  const text = 'rows' in table ? 'md5(g::text)' : `rpad(md5(g::text), ${textCharacters}, 'x')`;
  await psql(at, `CREATE TABLE ${table.name} AS SELECT g AS id, ${text} AS v FROM generate_series(1, ${rows}) g`);
  await psql(at, `ALTER TABLE ${table.name} ADD PRIMARY KEY (id); CHECKPOINT`);
  return 'rows' in table ? 0 : table.bytes;
}

export const timeCopyOut = (at: ServerAddress, table: string, file: string): Promise<number> =>
  timed(() => psql(at, `COPY ${table} TO STDOUT`, { to: file }));

/** Into an empty table without an index; making and dropping it is not counted. */
export async function timeCopyIn(at: ServerAddress, file: string): Promise<number> {
  await psql(at, 'CREATE TABLE copied (id int, v text)');
  const ms = await timed(() => psql(at, 'COPY copied FROM STDIN', { from: file }));
  await psql(at, 'DROP TABLE copied; CHECKPOINT');
  return ms;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beginMs = performance.now();
  await work();
  return performance.now() - beginMs;
}

async function psql(at: ServerAddress, sql: string, files: { from?: string; to?: string } = {}): Promise<void> {
  await using from = await open(files.from ?? '/dev/null', 'r');
  await using to = await open(files.to ?? '/dev/null', 'w');
  const child = spawn(`${programsDir}/psql`, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql], {
    env: clientEnvironment(at),
    stdio: [from.fd, to.fd, 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`psql ended with ${code} at: ${sql}`);
}
