import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { readServerLog } from '../../../workers/probes/read-server-log.ts';
import { startEmbeddedPostgres } from '../../support/embedded-postgres.ts';

const settings = {
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_directory: 'log',
  log_filename: 'server.log',
  log_timezone: 'UTC',
};

const redact = (message: string): string => message.replaceAll(/"[^"]*"/g, '…');

test('errors of others and killed backends are told, without values, our own sessions left out', async () => {
  await using server = await startEmbeddedPostgres({ settings });
  const sawAt = Date.now();
  await using app = await pgSql.connect(server.address, 'shop');
  await using ours = await pgSql.connect(server.address, 'rehearsal/test');
  await expect(ours.query('SELECT missing_column_of_ours')).rejects.toThrow();
  await expect(app.query(`SELECT 'secret'::integer`)).rejects.toThrow();
  process.kill(app.backendPid, 'SIGKILL');
  const read = async () => {
    const directory = join(server.pgdata, 'log');
    const [file] = (await readdir(directory)).filter((name) => name.endsWith('.json'));
    const text = file === undefined ? '' : await readFile(join(directory, file), 'utf8');
    return readServerLog(text, { redact, toRunMs: (ms) => ms - sawAt });
  };
  await expect.poll(async () => (await read()).some(({ message }) => message.includes('signal 9'))).toBe(true);
  const entries = await read();
  expect(entries[0]).toMatchObject({
    severity: 'ERROR',
    sqlstate: '22P02',
    message: 'invalid input syntax for type integer: …',
    applicationName: 'shop',
    pid: app.backendPid,
  });
  expect(entries[0]?.atMs).toBeGreaterThanOrEqual(-1);
  expect(entries[0]?.atMs).toBeLessThan(Date.now() - sawAt + 1);
  expect(entries.filter(({ message }) => message.includes('of_ours'))).toEqual([]);
});

test('lines that are no records, and a line still being written, are passed over', () => {
  const text =
    'starting up\n{"timestamp":"2026-01-31 10:20:30.123 UTC","error_severity":"FATAL","message":"x"}\n{"times';
  expect(readServerLog(text, { redact, toRunMs: (ms) => ms - Date.UTC(2026, 0, 31, 10, 20, 30) })).toEqual([
    { atMs: 123, severity: 'FATAL', sqlstate: '00000', message: 'x', applicationName: '', pid: 0 },
  ]);
});
