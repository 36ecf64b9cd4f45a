import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './parts.ts';
import { askJson, makeBundle, post, startService, submitted, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
});
afterAll(() => service[Symbol.asyncDispose]());
const json = (path: string, request?: RequestInit) => askJson(service, path, request);

const named = [
  ...['rehearsal: 1', 'service: alerts', 'version: 1.0.0', 'snapshot: alerts-prod'],
  ...['migrate: [{ name: pre-deploy, sql: [up.sql] }]', 'apps: none', ''],
].join('\n');
const snapshot = { name: 'alerts-prod', digest: 'sha256:0', dataAsOf: null, bytes: 1, major: 17 };
const capacity = { runsAtOnce: 1, memoryFreeBytes: 0, diskFreeBytes: 0 };

/** All are sent, and each waits for another, before the first key is kept. */
async function sentAtOnce(archives: readonly Buffer[], headers: Readonly<Record<string, string>>) {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN; LOCK TABLE idempotency_keys IN EXCLUSIVE MODE');
    const sent = archives.map((archive) => submitted(service, archive, headers));
    await eventually(async () => {
      const { rowCount } = await client.query('SELECT FROM pg_locks WHERE NOT granted');
      return rowCount === archives.length;
    });
    await client.query('COMMIT');
    return await Promise.all(sent);
  } finally {
    await client.end();
  }
}

describe('an Idempotency-Key', () => {
  it('stands for the first rehearsal, whatever the service would make of the same request by now', async () => {
    const archive = await makeBundle(service.dir, '1.0.0', { 'rehearsal.yaml': named });
    const key = { 'idempotency-key': 'newer-snapshot' };
    const first = await submitted(service, archive, key);
    expect(first.response.status).toBe(202);
    for (const version of ['1', '2']) {
      await service.store.workers.beat({ id: 'w', machine: 'm', snapshots: [{ ...snapshot, version }], capacity });
      const again = await submitted(service, archive, key);
      expect([again.response.status, again.body.id]).toEqual([200, first.body.id]);
    }
    await service.store.workers.leave('w');
    expect((await submitted(service, archive, key)).body.id).toBe(first.body.id);
  });

  it('is not good for another seed or environment', async () => {
    const archive = await makeBundle(service.dir, '2.0.0');
    const key = { 'idempotency-key': 'other-parameters' };
    expect((await submitted(service, archive, key, '?seed=1')).response.status).toBe(202);
    for (const query of ['', '?seed=2', '?seed=1&environment=production']) {
      const { response, body } = await submitted(service, archive, key, query);
      expect([response.status, body.code]).toEqual([422, 'idempotency-key-reused']);
    }
    expect((await submitted(service, archive, key, '?seed=1&branch=main&priority=high')).response.status).toBe(200);
  });

  it('is of one token, and not of all that have its name', async () => {
    const statuses = [];
    for (const version of ['3.0.0', '3.0.1']) {
      const made = await json('/v1/tokens', post({ name: 'ci', scopes: ['submit'] }));
      const { token } = made.body as { token: string };
      const headers = { 'idempotency-key': 'same-name', authorization: `Bearer ${token}` };
      statuses.push((await submitted(service, await makeBundle(service.dir, version), headers)).response.status);
    }
    expect(statuses).toEqual([202, 202]);
  });

  it('leaves no rehearsal behind of those that came too late with it', async () => {
    const archives = await Promise.all(['a', 'b', 'c'].map((sql) => makeBundle(service.dir, '4.0.0', { sql })));
    const answers = await sentAtOnce(archives, { 'idempotency-key': 'race-of-three' });
    expect(answers.map(({ response }) => response.status).sort()).toEqual([202, 422, 422]);
    const { items } = (await json('/v1/rehearsals?version=4.0.0')).body as { items: { id: string }[] };
    expect(items).toHaveLength(1);
    expect(answers.map(({ body }) => body.id)).toContain(items[0]?.id);
  });

  it('gives all who send one bundle with it at once one rehearsal', async () => {
    const archive = await makeBundle(service.dir, '5.0.0');
    const answers = await sentAtOnce([archive, archive, archive], { 'idempotency-key': 'race-of-one' });
    expect(answers.map(({ response }) => response.status).sort()).toEqual([200, 200, 202]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });
});
