import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tap, TapOptions } from '../../../shared/edge/ports/tap.ts';
import { message } from '../../../workers/tap/messages.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import * as wire from './clients.ts';
import { RawClient, tapBefore } from './clients.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ auth: 'trust' });
});
afterAll(() => server[Symbol.asyncDispose]());

const seen = (tap: Tap) =>
  tap
    .statements()
    .map(({ sql, commandTag, sqlstate, statusBefore, statusAfter }) => [
      sql,
      sqlstate ?? commandTag,
      `${statusBefore}${statusAfter}`,
    ]);

/** The client must not notice the tap, whether somebody looks or not, traced or not. */
const taps: readonly [string, TapOptions['mode'], boolean][] = [
  ['plain', 'plain', false],
  ['plain, watched', 'plain', true],
  ['traced', 'traced', true],
];

describe.each(taps)('a statement, %s', (_name, mode, watched) => {
  const hooks = watched ? { arrived: async () => undefined, finished: async () => undefined } : {};
  const open = () => tapBefore(server.address, { mode, hooks });

  it('is one simple Query, however many commands its text has', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.query('SELECT 1; SELECT 2'));
    expect(await client.until('Z')).toBe('TDCTDCZ');
    client.send(wire.query(''));
    expect(await client.until('Z')).toBe('IZ');
    client.send(wire.query('BEGIN'), wire.query('SELECT 1/0'), wire.query('ROLLBACK'));
    expect(await client.until('Z')).toBe('CZ');
    expect(await client.until('Z')).toMatch(/^T?EZ$/);
    expect(await client.until('Z')).toBe('CZ');
    expect(seen(tap)).toEqual([
      ['SELECT 1; SELECT 2', 'SELECT 1', 'II'],
      ['', '', 'II'],
      ['BEGIN', 'BEGIN', 'IT'],
      ['SELECT 1/0', '22012', 'TE'],
      ['ROLLBACK', 'ROLLBACK', 'EI'],
    ]);
    client.socket.destroy();
  });

  it('is one Execute of a pipeline', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.statement('BEGIN'), wire.statement('SELECT 7'), wire.statement('COMMIT'), wire.sync);
    expect(await client.until('Z')).toBe('12C12DC12CZ');
    expect(seen(tap)).toEqual([
      ['BEGIN', 'BEGIN', 'IT'],
      ['SELECT 7', 'SELECT 1', 'TT'],
      ['COMMIT', 'COMMIT', 'TI'],
    ]);
    expect(tap.statements().map(({ transaction }) => transaction)).toEqual([1, 1, 1]);
    client.socket.destroy();
  });

  it('never was where an earlier one of its pipeline failed', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.statement('SELECT 1'), wire.statement('SELEC'), wire.statement('SELECT 3'), wire.sync);
    expect(await client.until('Z')).toBe('12DCEZ');
    client.send(wire.statement('SELECT 4'), wire.sync);
    expect(await client.until('Z')).toBe('12DCZ');
    expect(seen(tap).map(([sql, tag]) => [sql, tag])).toEqual([
      ['SELECT 1', 'SELECT 1'],
      ['SELEC', '42601'],
      ['SELECT 4', 'SELECT 1'],
    ]);
    client.socket.destroy();
  });

  it('is a Parse that the server refuses, though nobody executes it', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.parse('later', 'SELECT missing'), wire.sync);
    expect(await client.until('Z')).toBe('EZ');
    expect(seen(tap)).toEqual([['SELECT missing', '42703', 'II']]);
    client.socket.destroy();
  });

  it('is named by the Parse of its prepared statement, and by its portal', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.parse('a', 'SELECT 1'), wire.parse('b', 'SELECT generate_series(1, 5)'), wire.sync);
    expect(await client.until('Z')).toBe('11Z');
    client.send(wire.bind('p', 'b'), wire.bind('q', 'a'), wire.execute('p', 2), wire.execute('q'), wire.execute('p'));
    client.send(wire.closeStatement('a'), wire.sync);
    expect(await client.until('Z')).toBe('22DDsDCDDDC3Z');
    expect(tap.statements().map(({ sql, rows }) => [sql, rows])).toEqual([
      ['SELECT generate_series(1, 5)', 2],
      ['SELECT 1', 1],
      ['SELECT generate_series(1, 5)', 3],
    ]);
    client.socket.destroy();
  });

  it('is heard of at a Flush, before any Sync', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.parse('', 'SELECT 1'), wire.flush);
    expect(await client.until('1')).toBe('1');
    client.send(wire.bind('', ''), wire.execute(''), wire.flush);
    expect(await client.until('C')).toBe('2DC');
    expect(seen(tap)).toEqual([['SELECT 1', 'SELECT 1', 'II']]);
    client.send(wire.statement('SELEC'), wire.flush);
    expect(await client.until('E')).toBe('E');
    client.send(wire.statement('SELECT 2'), wire.sync);
    expect(await client.until('Z')).toBe('Z');
    expect(seen(tap)).toHaveLength(2);
    client.socket.destroy();
  });

  it('is heard of behind a Flush whose answer comes together with its own', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    const opened = [wire.parse('', 'SELECT generate_series(1, 5)'), wire.bind('p', ''), wire.describePortal('p')];
    client.send(...opened, wire.flush, wire.execute('p', 2), wire.flush);
    expect(await client.until('s')).toBe('12TDDs');
    expect(tap.statements().map(({ sql, rows }) => [sql, rows])).toEqual([['SELECT generate_series(1, 5)', 2]]);
    client.send(wire.sync, wire.bind('', ''), wire.flush, wire.parse('', 'SELEC'), wire.sync);
    expect(await client.until('Z')).toBe('Z');
    expect(await client.until('Z')).toBe('2EZ');
    expect(seen(tap).at(-1)).toEqual(['SELEC', '42601', 'II']);
    client.send(wire.query('CREATE TEMP TABLE c (n int)'));
    await client.until('Z');
    client.send(wire.parse('', 'COPY c FROM STDIN'), wire.bind('', ''), wire.flush, wire.execute(''), wire.flush);
    expect(await client.until('G')).toBe('12G');
    client.send(wire.copyData('1\n'), wire.copyDone, wire.sync);
    expect(await client.until('Z')).toBe('CZ');
    expect(seen(tap).at(-1)).toEqual(['COPY c FROM STDIN', 'COPY 1', 'II']);
    client.socket.destroy();
  });

  it('is a function call', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    // pg_backend_pid() has the number 2026; no argument formats, no arguments, result as text.
    client.send(message('F', Buffer.from([0, 0, 0x07, 0xea, 0, 0, 0, 0, 0, 0])));
    expect(await client.until('Z')).toBe('VZ');
    expect(seen(tap)).toEqual([['FUNCTION CALL 2026', '', 'II']]);
    client.socket.destroy();
  });

  it('is a COPY in, by simple Query and by Execute with the Sync that COPY swallows', async () => {
    await using tap = await open();
    const client = await RawClient.start(tap);
    client.send(wire.query('CREATE TEMP TABLE c (n int)'));
    await client.until('Z');
    client.send(wire.query('COPY c FROM STDIN'));
    expect(await client.until('G')).toBe('G');
    client.send(wire.copyData('1\n2\n'), wire.copyData('3\n'), wire.copyDone);
    expect(await client.until('Z')).toBe('CZ');
    client.send(wire.statement('COPY c FROM STDIN'), wire.sync);
    expect(await client.until('G')).toBe('12G');
    client.send(wire.copyData('4\n'), wire.copyDone, wire.sync);
    expect(await client.until('Z')).toBe('CZ');
    client.send(wire.statement('COPY c FROM STDIN'), wire.copyData('5\n'), wire.copyDone, wire.sync);
    expect(await client.until('Z')).toBe('12GCZ');
    client.send(wire.query('COPY c FROM STDIN'));
    await client.until('G');
    client.send(wire.copyData('6\n'), wire.copyFail('no more'));
    expect(await client.until('Z')).toBe('EZ');
    client.send(wire.query('COPY c FROM STDIN'));
    await client.until('G');
    client.send(wire.copyData('no number\n'), ...Array.from({ length: 50 }, () => wire.copyData('7\n')), wire.copyDone);
    expect(await client.until('Z')).toBe('EZ');
    client.send(wire.statement('COPY c FROM STDIN'), wire.sync);
    await client.until('G');
    client.send(wire.copyData('no number\n'), wire.copyDone, wire.sync);
    expect(await client.until('Z')).toBe('EZ');
    client.send(wire.query('COPY c TO STDOUT'));
    expect(await client.until('Z')).toBe('HdddddcCZ');
    expect(tap.statements().map(({ sqlstate, commandTag }) => sqlstate ?? commandTag)).toEqual([
      'CREATE TABLE',
      'COPY 3',
      'COPY 1',
      'COPY 1',
      '57014',
      '22P02',
      '22P02',
      'COPY 5',
    ]);
    client.socket.destroy();
  });

  it('numbers transactions over all sessions and leaves autocommit without one', async () => {
    await using tap = await open();
    const [one, two] = [await RawClient.start(tap), await RawClient.start(tap, { application_name: 'two' })];
    const run = async (client: RawClient, sql: string) => {
      client.send(wire.query(sql));
      await client.until('Z');
    };
    await run(one, 'BEGIN');
    await run(two, 'BEGIN; SELECT 1');
    await run(one, 'COMMIT AND CHAIN');
    await run(two, 'SELECT 1');
    await run(two, 'ROLLBACK');
    await run(one, 'COMMIT');
    await run(two, 'SELECT 1');
    expect(tap.statements().map(({ session, transaction }) => [session, transaction])).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
      [2, 2],
      [2, 2],
      [1, 3],
      [2, null],
    ]);
    expect(tap.sessions().map(({ session, applicationName, open }) => [session, applicationName, open])).toEqual([
      [1, '', true],
      [2, 'two', true],
    ]);
    expect(new Set(tap.statements().map(({ backendPid }) => backendPid)).size).toBe(2);
    one.socket.destroy();
    two.socket.destroy();
  });
});
