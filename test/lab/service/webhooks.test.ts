import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Delivery,
  deliverMessages,
  disableAfterMs,
} from '../../../services/integrations/webhooks/deliver-messages.ts';
import type { StoredWebhook } from '../../../shared/edge/ports/webhooks.ts';
import { startReceiver, verified, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { askJson, judged, killed, makeBundle, post, startService, submitted, type TestService } from './service.ts';

const networks = ['127.0.0.0/8'];
let service: TestService;
beforeAll(async () => {
  service = await startService('postgres', { webhookNetworks: networks });
});
afterAll(() => service[Symbol.asyncDispose]());

interface Created {
  readonly id: string;
  readonly secret: string;
}

async function subscribe(body: Readonly<Record<string, unknown>>): Promise<Created> {
  const { status, body: created } = await askJson(service, '/v1/webhooks', post(body));
  expect(status).toBe(201);
  return created;
}

/** Delivers what is due at `at`; whatever a test leaves over is removed with its webhook. */
function delivery(at: Date, changes: Partial<Delivery> = {}): Delivery {
  const log = pino({ level: 'silent' });
  return {
    webhooks: service.store.webhooks,
    networks,
    timeoutMs: 2_000,
    now: () => at,
    random: () => 0.5,
    log,
    ...changes,
  };
}
const deliverAt = (at: Date, changes?: Partial<Delivery>) => deliverMessages(delivery(at, changes));
const later = (ms: number) => new Date(Date.now() + ms);

async function stateOf(id: string): Promise<StoredWebhook> {
  const found = (await service.store.webhooks.list()).find((webhook) => webhook.id === id);
  if (found === undefined) throw new Error(`no webhook ${id}`);
  return found;
}

async function submitVersion(version: string): Promise<string> {
  return (await submitted(service, await makeBundle(service.dir, version))).body.id;
}

const removed = (id: string) => service.ask(`/v1/webhooks/${id}`, { method: 'DELETE' });

describe('with a worker, a webhook', () => {
  let worker: ChildProcess;
  beforeAll(async () => {
    worker = await service.startWorker();
  });
  // What the other tests submit stays queued: one event each is enough for them.
  afterAll(() => killed(worker));

  it('is told every change of status and the verdict, signed so that others can verify it', async () => {
    await using receiver = await startReceiver();
    const { id: webhook, secret } = await subscribe({ url: receiver.url, service: 'alerts' });
    const { id } = await judged(service, '24.1.0');
    await deliverAt(later(1_000));
    const told = receiver.received.map((one) => verified(secret, one));
    const seen = told.map(({ type, data }) => `${type} ${data.status} ${data.verdict}`).sort();
    expect(seen).toEqual([
      'rehearsal.status judged pass',
      'rehearsal.status queued null',
      'rehearsal.status running null',
      'rehearsal.verdict judged pass',
    ]);
    const bundle = expect.stringMatching(/^sha256:/);
    for (const { data } of told) {
      expect(data).toMatchObject({ id, service: 'alerts', version: '24.1.0', environment: 'production', bundle });
    }
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
    await removed(webhook);
  });

  it('gets only the events and the service that it asked for', async () => {
    await using receiver = await startReceiver();
    const { id } = await subscribe({ url: receiver.url, service: 'others' });
    const verdicts = await subscribe({ url: receiver.url, service: 'alerts', events: ['rehearsal.verdict'] });
    await judged(service, '24.0.0');
    await deliverAt(later(1_000));
    expect(receiver.received.map(({ body }) => JSON.parse(body).type)).toEqual(['rehearsal.verdict']);
    for (const one of [id, verdicts.id]) await removed(one);
  });
});

describe('a webhook', () => {
  it('is not verified with another secret, nor after one byte was changed', async () => {
    await using receiver = await startReceiver();
    const { id, secret } = await subscribe({ url: receiver.url, events: ['rehearsal.status'] });
    await submitVersion('20.1.0');
    await deliverAt(later(1_000));
    const [one] = receiver.received;
    if (one === undefined) throw new Error('nothing came');
    expect(verified(secret, one).type).toBe('rehearsal.status');
    expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`, one)).toThrow();
    expect(() => verified(secret, { ...one, body: one.body.replace('alerts', 'alarms') })).toThrow();
    await removed(id);
  });

  it('has its secret shown once, and is for administrators only', async () => {
    await using receiver = await startReceiver();
    const { id, secret } = await subscribe({ url: receiver.url });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const listed = await (await service.ask('/v1/webhooks')).text();
    expect(listed).toContain(id);
    expect(listed).not.toContain('secret');
    expect(listed).not.toContain(secret.slice(6));
    await service.store.tokens.add(
      'token-that-may-read-and-submit',
      {
        name: 'ci',
        scopes: ['submit', 'read', 'gate', 'waive'],
      },
      { name: 'the test' },
    );
    const headers = { authorization: 'Bearer token-that-may-read-and-submit' };
    expect((await service.ask('/v1/webhooks', { headers })).status).toBe(403);
    expect((await removed(id)).status).toBe(204);
    expect((await removed(id)).status).toBe(404);
  });
});

describe('the outbox', () => {
  it('is written in the transaction of the event: what is rolled back is told to nobody', async () => {
    await using receiver = await startReceiver();
    const { id } = await subscribe({ url: receiver.url });
    const client = new pg.Client({ connectionString: service.databaseUrl });
    await client.connect();
    try {
      await client.query(`ALTER TABLE webhook_messages ADD CONSTRAINT broken CHECK (webhook_id <> '${id}')`);
      const refused = await submitted(service, await makeBundle(service.dir, '21.0.0'));
      expect(refused.response.status).toBe(500);
      const { rows } = await client.query("SELECT FROM rehearsals WHERE version = '21.0.0'");
      expect(rows).toHaveLength(0);
    } finally {
      await client.query('ALTER TABLE webhook_messages DROP CONSTRAINT broken');
      await client.end();
    }
    await removed(id);
  });

  it('is emptied by any number of deliverers at once, each message once', async () => {
    await using receiver = await startReceiver();
    const { id } = await subscribe({ url: receiver.url, events: ['rehearsal.status'] });
    for (const version of ['21.1.0', '21.1.1', '21.1.2']) await submitVersion(version);
    await Promise.all(Array.from({ length: 4 }, () => deliverAt(later(1_000))));
    expect(receiver.received).toHaveLength(3);
    await removed(id);
  });

  it('gives a message of a deliverer that died to the next one, under the same id', async () => {
    await using receiver = await startReceiver();
    const { id, secret } = await subscribe({ url: receiver.url, events: ['rehearsal.status'] });
    await submitVersion('21.2.0');
    const [taken] = await service.store.webhooks.takeDue(later(1_000), 60_000, 10);
    await deliverAt(later(30_000));
    expect(receiver.received).toHaveLength(0);
    await deliverAt(later(62_000));
    const [one] = receiver.received;
    expect(one?.headers['webhook-id']).toBe(taken?.id);
    expect(one?.body).toBe(taken?.body);
    expect(secret).toMatch(/^whsec_/);
    await removed(id);
  });
});

async function failing(receiver: WebhookReceiver, version: string): Promise<Created> {
  const created = await subscribe({ url: receiver.url, events: ['rehearsal.status'] });
  await submitVersion(version);
  return created;
}

describe('a receiver that does not do its part', () => {
  it('gets it again, later, under the same id, and is well again after one success', async () => {
    let status = 500;
    await using receiver = await startReceiver((response) => response.writeHead(status).end());
    const { id, secret } = await failing(receiver, '22.0.0');
    await deliverAt(later(1_000));
    expect(await stateOf(id)).toMatchObject({ lastFailure: 'status 500', failingSince: expect.any(Date) });
    await deliverAt(later(2_000));
    expect(receiver.received).toHaveLength(1);
    status = 200;
    await deliverAt(later(8_000));
    const [first, second] = receiver.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(verified(secret, second ?? first ?? { path: '', headers: {}, body: '' }).type).toBe('rehearsal.status');
    expect(await stateOf(id)).toMatchObject({ lastFailure: null, failingSince: null, disabledAt: null });
    await removed(id);
  });

  it('that redirects is not followed', async () => {
    await using elsewhere = await startReceiver();
    await using receiver = await startReceiver((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    const { id } = await failing(receiver, '22.1.0');
    await deliverAt(later(1_000));
    expect(elsewhere.received).toHaveLength(0);
    expect((await stateOf(id)).lastFailure).toBe('status 307: redirects are not followed');
    await removed(id);
  });

  it('that never answers is left when the time is over', async () => {
    await using receiver = await startReceiver(() => undefined);
    const { id } = await failing(receiver, '22.2.0');
    await deliverAt(later(1_000), { timeoutMs: 300 });
    expect((await stateOf(id)).lastFailure).toBe('no answer in time');
    await removed(id);
  });

  it('is disabled after days of it, hears nothing until it is enabled, and then from the next event on', async () => {
    await using receiver = await startReceiver((response) => response.writeHead(500).end());
    const { id } = await failing(receiver, '22.3.0');
    // Several that end at once: each of them disables it.
    for (const version of ['22.3.1', '22.3.2', '22.3.3']) await submitVersion(version);
    await deliverAt(later(1_000));
    await deliverAt(later(disableAfterMs + 2_000));
    expect((await stateOf(id)).disabledAt).toEqual(expect.any(Date));
    const heard = receiver.received.length;
    await submitVersion('22.3.4');
    await deliverAt(later(2 * disableAfterMs));
    expect(receiver.received).toHaveLength(heard);
    expect((await service.ask(`/v1/webhooks/${id}/enable`, { method: 'POST' })).status).toBe(200);
    await deliverAt(later(2 * disableAfterMs));
    expect(receiver.received).toHaveLength(heard);
    await submitVersion('22.3.5');
    await deliverAt(later(1_000));
    expect(JSON.parse(receiver.received[heard]?.body ?? '{}').data.version).toBe('22.3.5');
    await removed(id);
  });
});

describe('the guard', () => {
  it.each([
    'http://10.0.0.1/x',
    'http://169.254.169.254/latest',
    'http://[fd00::1]/',
    'http://localhost.localdomain.invalid/',
  ])('refuses a subscription to %s', async (url) => {
    const { status, body } = await askJson(service, '/v1/webhooks', post({ url }));
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: expect.stringMatching(/^(address-not-allowed|unresolvable-address)$/) });
  });

  it.each(['ftp://example.com/', 'https://user:secret@example.com/', 'not an address'])(
    'and %s as no address',
    async (url) => {
      const { status, body } = await askJson(service, '/v1/webhooks', post({ url }));
      expect({ status, body }).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );

  it('looks again at every attempt: a name that leads elsewhere by then is not asked', async () => {
    await using receiver = await startReceiver();
    const { id } = await failing(receiver, '23.0.0');
    await deliverAt(later(1_000), { networks: [] });
    expect(receiver.received).toHaveLength(0);
    expect((await stateOf(id)).lastFailure).toMatch(/^address-not-allowed/);
    await removed(id);
  });

  it('connects to the address that was judged, whatever the name would lead to a moment later', async () => {
    await using receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const { id } = await service.store.webhooks.add(
      { url: `http://hooks.invalid:${port}/hook`, events: ['rehearsal.status'] },
      Buffer.alloc(32),
      { name: 'the test' },
    );
    await submitVersion('23.1.0');
    let looks = 0;
    await deliverAt(later(1_000), {
      resolve: async () => {
        looks += 1;
        return [{ address: looks === 1 ? '127.0.0.1' : '127.0.0.2' }];
      },
    });
    expect(looks).toBe(1);
    expect(receiver.received.map(({ headers }) => headers.host)).toEqual([`hooks.invalid:${port}`]);
    await removed(id);
  });
});
