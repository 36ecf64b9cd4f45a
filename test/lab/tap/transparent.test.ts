import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { pgClient, query, RawClient, startupPacket, tapBefore } from './clients.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
});
afterAll(() => server[Symbol.asyncDispose]());

const watched = { arrived: async () => undefined, finished: async () => undefined };

describe('a client does not notice the tap', () => {
  it.each(['plain', 'traced'] as const)('sending and receiving megabytes, %s', async (mode) => {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const client = await pgClient(server.address, tap);
    const large = 'ä'.repeat(6 << 20);
    const sent = await client.query('SELECT length($1) n, $1 AS back', [large]);
    expect(sent.rows[0].n).toBe(large.length);
    expect(sent.rows[0].back === large).toBe(true);
    const literal = await client.query(`SELECT length('${large}') n`);
    expect(literal.rows).toEqual([{ n: large.length }]);
    await client.end();
  });

  it('cancelling over another connection', async () => {
    await using tap = await tapBefore(server.address, { hooks: watched });
    const client = await pgClient(server.address, tap);
    const watcher = await pgClient(server.address);
    const sleeping = client.query('SELECT pg_sleep(600)');
    // It is cancelled below, where its refusal is expected.
    sleeping.catch(() => undefined);
    while ((await watcher.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).rowCount === 0);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    for (const [at, word] of [16, 80877102, processID, secretKey].entries()) request.writeInt32BE(word, at * 4);
    const canceller = await RawClient.connect(tap);
    canceller.socket.write(request);
    await expect(sleeping).rejects.toMatchObject({ code: '57014' });
    await canceller.untilClosed();
    expect(tap.statements()).toMatchObject([{ sqlstate: '57014', statusAfter: 'I' }]);
    expect(tap.sessions()).toHaveLength(1);
    await client.end();
    await watcher.end();
  });

  it('hearing notifications and settings', async () => {
    await using tap = await tapBefore(server.address, { mode: 'traced', hooks: watched });
    const client = await pgClient(server.address, tap);
    const told = once(client, 'notification');
    await client.query('LISTEN news');
    await client.query("NOTIFY news, 'hello'");
    expect(await told).toMatchObject([{ payload: 'hello' }]);
    await client.query("SET application_name = 'renamed'");
    expect(tap.sessions()[0]?.applicationName).toBe('renamed');
    await client.end();
  });

  it('asking for encryption, which is declined, and for protocol 3.2 with its longer cancel keys', async () => {
    await using modern = await startEmbeddedPostgres({ major: 18, auth: 'trust' });
    await using tap = await tapBefore(modern.address, { hooks: watched });
    const client = await RawClient.connect(tap);
    // GSS, then TLS, as libpq asks for them.
    for (const code of [80877104, 80877103]) {
      const declined = once(client.socket, 'data');
      const request = Buffer.alloc(8);
      for (const [at, word] of [8, code].entries()) request.writeInt32BE(word, at * 4);
      client.socket.write(request);
      expect(String(await declined)).toBe('N');
    }
    const plain = new RawClient(client.socket.removeAllListeners('data'));
    plain.send(startupPacket({ user: 'postgres', database: 'postgres' }, 196610));
    await plain.until('S');
    while (!plain.letters().includes('Z')) await once(plain.socket, 'data');
    expect(plain.frames.find(({ type }) => type === 'K')?.body.length).toBeGreaterThan(8);
    await plain.until('Z');
    plain.send(query('SELECT 1'));
    expect(await plain.until('Z')).toBe('TDCZ');
    plain.socket.destroy();
  });

  it('giving the wrong password', async () => {
    await using tap = await tapBefore(server.address, { hooks: watched });
    await expect(pgClient({ ...server.address, password: 'wrong' }, tap)).rejects.toMatchObject({ code: '28P01' });
    expect(tap.statements()).toEqual([]);
  });
});
