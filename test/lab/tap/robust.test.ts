import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { message } from '../../../workers/tap/messages.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import * as wire from './clients.ts';
import { RawClient, tapBefore } from './clients.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ auth: 'trust', settings: { max_connections: '520' } });
});
afterAll(() => server[Symbol.asyncDispose]());

const watched = { arrived: async () => undefined, finished: async () => undefined };

function noise(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}

describe.each(['plain', 'traced'] as const)('the tap, %s', (mode) => {
  it('ends a session whose frames make no sense, and no other', async () => {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const good = await RawClient.start(tap);
    for (let seed = 1; seed <= 30; seed += 1) {
      const first = await RawClient.connect(tap);
      first.socket.end(noise(seed, 400));
      await first.untilClosed();
      const later = await RawClient.start(tap);
      later.socket.end(noise(seed, 4000));
      await later.untilClosed();
    }
    good.send(wire.query('SELECT 1'));
    expect(await good.until('Z')).toBe('TDCZ');
    good.socket.destroy();
  });

  it('tells a client that claims an impossible length why it is let go', async () => {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const client = await RawClient.start(tap);
    client.socket.write(Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]));
    await client.untilClosed();
    expect(String(client.frames[0]?.body)).toContain('08P01');
    expect(tap.sessions()).toMatchObject([{ open: false }]);
  });

  it('survives messages in an order that no client sends', async () => {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const every = [...'QPBEDCSHFXcdfp'];
    for (let seed = 1; seed <= 60; seed += 1) {
      const client = await RawClient.start(tap);
      const letters = [...noise(seed, 12)].map((byte) => every[byte % every.length] ?? 'S');
      client.socket.end(Buffer.concat(letters.map((letter) => message(letter, noise(seed, seed % 20)))));
      await client.untilClosed();
    }
    const good = await RawClient.start(tap);
    good.send(wire.query('SELECT 1'));
    expect(await good.until('Z')).toBe('TDCZ');
    good.socket.destroy();
  });

  it('lets go of the server when a client is cut in the middle of a message', async () => {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const partial = [
      wire.query('SELECT 1').subarray(0, 7),
      wire.statement('SELECT 1'),
      Buffer.concat([wire.query('COPY (SELECT 1) TO STDOUT'), wire.copyData('x').subarray(0, 3)]),
      Buffer.concat([
        wire.query('CREATE TEMP TABLE c (n int); COPY c FROM STDIN'),
        wire.copyData('12345').subarray(0, 6),
      ]),
    ];
    for (const bytes of partial) {
      const client = await RawClient.start(tap);
      client.socket.write(bytes);
      client.socket.resetAndDestroy();
    }
    while (tap.sessions().some(({ open }) => open)) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('answers a client that sends no more but still listens', async () => {
    await using tap = await tapBefore(server.address, { mode });
    const client = await RawClient.start(tap);
    client.socket.end(wire.query('SELECT 1'));
    expect(await client.until('Z')).toBe('TDCZ');
    await client.untilClosed();
  });

  it('makes the server wait for a client that does not read', async () => {
    await using tap = await tapBefore(server.address, { mode });
    const client = await RawClient.start(tap);
    client.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    client.send(wire.query("SELECT repeat('x', 100000) FROM generate_series(1, 2000)"));
    const watcher = await RawClient.start(server.address);
    const waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'ClientWrite'";
    for (let letters = ''; !letters.includes('D'); letters = await watcher.until('Z')) watcher.send(wire.query(waits));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 << 20);
    client.socket.removeAllListeners('data');
    let bytes = 0;
    client.socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    client.socket.resume();
    while (bytes < 200_000_000) await once(client.socket, 'data');
    client.socket.destroy();
    watcher.socket.destroy();
  });

  it('makes a client wait for a server that does not read', async () => {
    await using tap = await tapBefore(server.address, { mode });
    const [holder, client] = [await RawClient.start(server.address), await RawClient.start(tap)];
    holder.send(wire.query('DROP TABLE IF EXISTS w; CREATE TABLE w (v text); BEGIN; LOCK TABLE w'));
    await holder.until('Z');
    client.send(wire.query('INSERT INTO w VALUES (1)'));
    const before = process.memoryUsage().arrayBuffers;
    const filler = Buffer.concat(
      Array.from({ length: 100 }, () => wire.query(`SELECT length('${'x'.repeat(10_000)}')`)),
    );
    let sent = 0;
    while (client.socket.write(filler) || sent < 8) sent += 1;
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.socket.writableLength).toBeGreaterThan(0);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60 << 20);
    holder.send(wire.query('COMMIT'));
    for (let answers = 0; answers < 1 + (sent + 1) * 100; answers += 1) await client.until('Z');
    client.socket.destroy();
    holder.socket.destroy();
  });
});

it('carries 500 connections at once', async () => {
  await using tap = await tapBefore(server.address, { hooks: watched });
  const clients = await Promise.all(Array.from({ length: 500 }, () => RawClient.start(tap)));
  const answers = await Promise.all(
    clients.map((client, at) => {
      client.send(wire.query(`SELECT ${at}`));
      return client.until('Z');
    }),
  );
  expect(new Set(answers)).toEqual(new Set(['TDCZ']));
  const statements = tap.statements();
  expect(statements.map(({ ordinal }) => ordinal)).toEqual(clients.map((_, at) => at + 1));
  expect(new Set(statements.map(({ backendPid }) => backendPid)).size).toBe(500);
  for (const client of clients) client.socket.destroy();
});

it('tells a client that the server cannot be reached', async () => {
  await using tap = await tapBefore({ ...server.address, port: 1 });
  const client = await RawClient.connect(tap);
  client.socket.write(wire.startupPacket({ user: 'postgres' }));
  await client.untilClosed();
  expect(String(client.frames[0]?.body)).toContain('08001');
});
