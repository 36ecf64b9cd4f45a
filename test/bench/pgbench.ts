import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';

const run = promisify(execFile);

export interface PgbenchRequest {
  /** File with the transaction. */
  readonly script: string;
  readonly clients: number;
  readonly mode: 'simple' | 'extended' | 'prepared';
  readonly seconds: number;
}

export interface PgbenchResult {
  readonly latencyMs: number;
  readonly transactionsPerSecond: number;
}

export const programsDir = '/usr/lib/postgresql/15/bin';

/** The distribution's pgbench: another program than ours measures and is measured. */
export async function pgbench(at: ServerAddress, request: PgbenchRequest): Promise<PgbenchResult> {
  const { clients, mode, seconds, script } = request;
  const options = ['-n', '-c', `${clients}`, '-j', '1', '-M', mode, '-T', `${seconds}`, '-f', script];
  const { stdout } = await run(`${programsDir}/pgbench`, options, { env: clientEnvironment(at) });
  const figure = (pattern: RegExp): number => {
    const [, value] = pattern.exec(stdout) ?? [];
    if (value === undefined) throw new Error(`pgbench did not say ${pattern}:\n${stdout}`);
    return Number(value);
  };
  return { latencyMs: figure(/latency average = ([\d.]+) ms/), transactionsPerSecond: figure(/tps = ([\d.]+)/) };
}

/** What tells libpq where to go. */
export const clientEnvironment = (at: ServerAddress) => ({
  ...process.env,
  PGHOST: at.host,
  PGPORT: `${at.port}`,
  PGUSER: at.user,
  PGPASSWORD: at.password,
  PGDATABASE: at.database,
});

/** The middle one: a machine that others use too gives outliers on both sides. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}
