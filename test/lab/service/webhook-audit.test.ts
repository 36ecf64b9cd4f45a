import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { askJson, post, startService, type TestService } from './service.ts';
import { asOwner } from './store-owner.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres', { webhookNetworks: ['127.0.0.0/8'] });
});
afterAll(() => service[Symbol.asyncDispose]());

async function subscribe(body: Readonly<Record<string, unknown>>) {
  const { status, body: made } = await askJson(service, '/v1/webhooks', post(body));
  expect(status).toBe(201);
  return made as { readonly id: string; readonly secret: string };
}
const removed = (id: string) => service.ask(`/v1/webhooks/${id}`, { method: 'DELETE' });

describe('whoever changes a webhook', () => {
  const auditOf = async (id: string) => {
    const { body } = await askJson(service, `/v1/audit?subject=${id}`);
    return (body as { items: readonly object[] }).items.toReversed();
  };

  it('is written down with what was made, enabled and removed, and never the secret', async () => {
    await using receiver = await startReceiver();
    const events = ['rehearsal.verdict'];
    const { id, secret } = await subscribe({ url: receiver.url, service: 'audited', events });
    await service.ask(`/v1/webhooks/${id}/enable`, { method: 'POST', headers: { 'x-request-id': 'by-the-test' } });
    await removed(id);
    const who = { actor: 'admin', service: 'audited', detail: { url: receiver.url, events } };
    expect(await auditOf(id)).toMatchObject([
      { ...who, action: 'make-webhook' },
      { ...who, action: 'enable-webhook', requestId: 'by-the-test' },
      { ...who, action: 'remove-webhook' },
    ]);
    expect(JSON.stringify(await auditOf(id))).not.toContain(secret.slice(6));
    const { body } = await askJson(service, '/v1/audit?action=remove-webhook&limit=1');
    expect(body).toMatchObject({ items: [{ subject: id }] });
  });

  it('that is not there is not written down, and nothing is changed that cannot be', async () => {
    await removed('wh_0000000000000000');
    await service.ask('/v1/webhooks/wh_0000000000000000/enable', { method: 'POST' });
    expect(await auditOf('wh_0000000000000000')).toEqual([]);
    await using receiver = await startReceiver();
    const { id } = await subscribe({ url: receiver.url });
    await asOwner(service.databaseUrl, `ALTER TABLE audit ADD CONSTRAINT broken CHECK (subject <> '${id}') NOT VALID`);
    expect((await removed(id)).status).toBe(500);
    await asOwner(service.databaseUrl, 'ALTER TABLE audit DROP CONSTRAINT broken');
    const kept = (await service.store.webhooks.list()).find((webhook) => webhook.id === id);
    expect(kept).toMatchObject({ url: receiver.url });
    expect((await removed(id)).status).toBe(204);
  });
});
