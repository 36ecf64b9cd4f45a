import { describe, expect, it } from 'vitest';
import { performedIn } from './fake-pipeline.ts';
import { eventually } from './parts.ts';
import { askJson, makeBundle, startService, submitted, type TestService, untilStatus } from './service.ts';

const onOrders = (service: TestService, version: string) =>
  makeBundle(service.dir, version, {
    'rehearsal.yaml': [
      'rehearsal: 1',
      'service: orders',
      `version: ${version}`,
      'snapshot: orders@1',
      'migrate: [{ name: pre-deploy, sql: [up.sql] }]',
      'apps: none',
    ].join('\n'),
  });

const found = async (service: TestService, id: string) =>
  (await askJson(service, `/v1/rehearsals/${id}`)).body as {
    readonly status: string;
    readonly waiting: { readonly lacks: string; readonly says: string } | null;
  };

describe('a rehearsal', () => {
  it('waits for a worker with its snapshot, says so, and is performed by that one alone', async () => {
    await using service = await startService('postgres');
    const small = await service.startWorker('small');
    const { body } = await submitted(service, await onOrders(service, '1.0.0'));
    await eventually(async () => (await found(service, body.id)).waiting !== null);
    expect(await found(service, body.id)).toMatchObject({
      status: 'queued',
      waiting: { lacks: 'snapshot', says: expect.stringContaining('No live worker has the snapshot orders@1') },
    });
    // What others ask for is not held up.
    const other = await submitted(service, await makeBundle(service.dir, '1.0.1'));
    await untilStatus(service, other.body.id, 'judged');
    const before = (await performedIn(service.dir)).length;
    const roomy = await service.startWorker('roomy', 'orders');
    await untilStatus(service, body.id, 'judged');
    expect(await found(service, body.id)).toMatchObject({ waiting: null });
    const performed = (await performedIn(service.dir)).slice(before);
    expect(new Set(performed.map(({ pid }) => pid))).toEqual(new Set([roomy.pid]));
    expect(small.exitCode).toBeNull();
  });

  it('has the priority that it is submitted with, and a greater one where it is submitted again', async () => {
    await using service = await startService('postgres');
    const archive = await makeBundle(service.dir, '2.0.0');
    const submit = (query: string) => {
      const headers = { 'content-type': 'application/gzip' };
      return askJson(service, `/v1/rehearsals${query}`, { method: 'POST', headers, body: new Uint8Array(archive) });
    };
    const { id } = (await submit('')).body as { readonly id: string };
    const priority = async () =>
      ((await askJson(service, `/v1/rehearsals/${id}`)).body as { priority: string }).priority;
    expect(await priority()).toBe('normal');
    expect((await submit('?priority=high')).status).toBe(200);
    expect(await priority()).toBe('high');
    await submit('?priority=normal');
    expect(await priority()).toBe('high');
    expect((await submit('?priority=highest')).status).toBe(400);
  });
});
