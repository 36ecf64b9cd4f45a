import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../shared/edge/adapters/store/database.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { readableJson } from '../../../shared/edge/adapters/store/readable-json.ts';
import { startRelay } from '../../chaos/relay.ts';
import { eventually, startDatabase } from './parts.ts';
import { asOwner } from './store-owner.ts';

let database: Awaited<ReturnType<typeof startDatabase>>;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());
const by = { name: 'test' };
const open = () => openStore({ url: database.url, onError: () => undefined });

describe('the store', () => {
  it('is migrated once by processes that start at the same moment', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    for (const store of stores) {
      expect(await store.rehearsals.unfinished()).toEqual([]);
      await store[Symbol.asyncDispose]();
    }
  });

  it('lets several share a machine, and whoever wants it alone waits for all of them, even where one never says goodbye', async () => {
    await using store = await open();
    const { signal } = new AbortController();
    const first = await store.workers.occupy('m', 'shared', signal);
    const second = await store.workers.occupy('m', 'shared', signal);
    let has = false;
    const alone = store.workers.occupy('m', 'alone', signal).then((held) => {
      has = true;
      return held;
    });
    await first[Symbol.asyncDispose]();
    await (await store.workers.occupy('another machine', 'alone', signal))[Symbol.asyncDispose]();
    expect(has).toBe(false);
    await second[Symbol.asyncDispose]();
    await (await alone)[Symbol.asyncDispose]();
  });

  it('says that it is away where the network is cut and nobody tells, and answers when it is back', async () => {
    const { hostname: host, port } = new URL(database.url);
    await using way = await startRelay({ host, port: Number(port) });
    const url = database.url.replace(`:${port}/`, `:${way.port}/`);
    await using store = await openStore({ url, onError: () => undefined, answerMs: 300 });
    let isBack = false;
    const cut = way.cut(3_000).then(() => {
      isBack = true;
    });
    await expect(store.rehearsals.forGate('a', '1', 'production')).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(isBack).toBe(false);
    await cut;
    expect((await store.rehearsals.forGate('a', '1', 'production')).known).toEqual([]);
  });

  it('answers each who asks in the same moment for itself', async () => {
    await using store = await open();
    const services = Array.from({ length: 120 }, (_, n) => `service-${(n * 77) % 120}`);
    const schemaOf = (service: string) => `sha256:${service.replace('service-', '').padStart(64, '0')}`;
    for (const service of services) {
      if (service.endsWith('3')) continue;
      await store.productionSchemas.post({ service, environment: 'production', fingerprint: schemaOf(service) }, by);
    }
    const asked = services.map((service) => store.rehearsals.forGate(service, '1', 'production'));
    const nobody = store.rehearsals.forGate('c\u0000', '1', 'production');
    await expect(nobody).rejects.toMatchObject({ code: 'invalid-request' });
    const heard = (await Promise.all(asked)).map(({ productionSchema }) => productionSchema);
    expect(heard).toEqual(services.map((service) => (service.endsWith('3') ? null : schemaOf(service))));
  });

  it('knows a token whose row somebody holds', async () => {
    await using store = await open();
    await store.tokens.add('held-token', { name: 'ci', scopes: ['gate'] }, by);
    await using other = openDatabase(database.url, () => undefined);
    await other.transaction(async (rows) => {
      await rows(`UPDATE tokens SET name = 'another' WHERE name = 'ci'`);
      expect(await store.tokens.find('held-token')).toMatchObject({ name: 'ci' });
    });
  });

  it('keeps of what is said in the same moment what changes, in its order', async () => {
    await using store = await open();
    const say = (subject: string, answer: string) =>
      store.audit.recordChange({
        ...{ action: 'gate', actor: 'ci', service: 'a', subject, requestId: null, detail: { answer } },
      });
    await say('a 1', 'block');
    const said = [
      ...[say('a 1', 'block'), say('a 1', 'block'), say('a 2', 'block'), say('a 1', 'allow')],
      ...[say('a 1', 'block'), say('a 1', 'block'), say('a 2', 'block')],
    ];
    await Promise.all(said);
    const kept = await store.audit.list({ action: 'gate', service: 'a', limit: 100 });
    const inOrder = kept.toReversed().map(({ subject, detail }) => [subject, (detail as { answer: string }).answer]);
    expect(inOrder).toEqual([
      ['a 1', 'block'],
      ['a 2', 'block'],
      ['a 1', 'allow'],
      ['a 1', 'block'],
    ]);
  });

  it('reads a key of JSON that holds what no text of PostgreSQL can', async () => {
    await using asked = openDatabase(database.url, () => undefined);
    const values = ['\0', '\0\0', 'a\\u0000', '\\\0', '\\\\u0000\0', 'x\ud800', '\ud83d\ude00', '\\ud800', '\u0001\n"'];
    for (const value of values) {
      const sql = `SELECT ${readableJson('content')}->>'a' AS a FROM (VALUES ($1::json)) AS stored (content)`;
      const [row] = await asked.rows<{ a: string }>(sql, [JSON.stringify({ a: value, b: '\ud800' })]);
      expect(row?.a).toBe(value.replaceAll('\0', '\ufffd').toWellFormed());
    }
  });

  it('stops waiting for a machine when it is told to', async () => {
    await using store = await open();
    const held = await store.workers.occupy('n', 'alone', new AbortController().signal);
    const stop = new AbortController();
    const waiting = store.workers.occupy('n', 'alone', stop.signal);
    stop.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
    await held[Symbol.asyncDispose]();
  });

  it('refuses a database that a newer version has migrated, and a migration that was changed afterwards', async () => {
    await using _store = await open();
    await asOwner(database.url, `INSERT INTO service_migrations VALUES ('9999-later.sql', 'x')`);
    await expect(open()).rejects.toMatchObject({ code: 'newer-store' });
    await asOwner(
      database.url,
      `DELETE FROM service_migrations WHERE name = '9999-later.sql'; UPDATE service_migrations SET digest = 'x'`,
    );
    await expect(open()).rejects.toMatchObject({ code: 'changed-migration' });
  });

  it('outlives a connection that the server ends between two questions of one transaction', async () => {
    await using held = openDatabase(database.url, () => undefined);
    const transaction = held.transaction(async (rows) => {
      const [self] = await rows<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await asOwner(database.url, `SELECT pg_terminate_backend(${self?.pid})`);
      const isThere = `SELECT FROM pg_stat_activity WHERE pid = ${self?.pid}`;
      await eventually(async () => (await held.rows(isThere)).length === 0);
      return rows('SELECT 1');
    });
    await expect(transaction).rejects.toMatchObject({ code: 'store-unreachable' });
    expect(await held.rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says that it is unreachable, and how to help that', async () => {
    const url = 'postgresql://nobody@127.0.0.1:1/none';
    await expect(openStore({ url, onError: () => undefined })).rejects.toMatchObject({
      code: 'store-unreachable',
      fault: 'machine',
      remedy: expect.stringContaining('DATABASE_URL'),
    });
  });
});
