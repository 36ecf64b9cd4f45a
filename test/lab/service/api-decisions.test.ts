import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../../services/api/build-api.ts';
import { type Envelope, verified } from '../../../shared/edge/adapters/signing/envelope.ts';
import { keptSigningKey, type PublicJwk } from '../../../shared/edge/adapters/signing/signing-key.ts';
import { adminToken, askJson, judged, makeBundle, post, startService, submitted, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
});
afterAll(() => service[Symbol.asyncDispose]());
const json = (path: string, request?: RequestInit) => askJson(service, path, request);
const items = async (path: string) => (await json(path)).body as { items: Record<string, unknown>[] };

/** On the same store, with a limit of its own. */
async function limitedApi(requestsPerMinuteMax: number) {
  const scratchDir = `${service.dir}/limited`;
  const signingKey = await keptSigningKey(`${service.dir}/limited.pem`);
  const parts = { store: service.store, queue: service.queue, scratchDir, archiveBytesMax: 1, signingKey };
  return buildApi({ ...parts, requestsPerMinuteMax }, pino({ level: 'silent' }));
}

describe('a token', () => {
  const make = async (request: object) =>
    (await json('/v1/tokens', post(request))).body as unknown as { id: string; token: string };
  const ask = async (token: string) =>
    (await fetch(new URL('/v1/checks', service.address), { headers: { authorization: `Bearer ${token}` } })).status;

  it('is shown once, tells its last use, and is good until it ends or is revoked', async () => {
    const made = await make({ name: 'ci', scopes: ['read'], until: '2999-01-01' });
    expect(await ask(made.token)).toBe(200);
    const listed = (await items('/v1/tokens')).items.find(({ id }) => id === made.id);
    expect(listed).toMatchObject({ name: 'ci', lastUsedAt: expect.any(String), expiresAt: '2999-01-01T23:59:59.999Z' });
    expect(JSON.stringify(await items('/v1/tokens'))).not.toContain(made.token);
    expect((await service.ask(`/v1/tokens/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await ask(made.token)).toBe(401);
    expect((await service.ask(`/v1/tokens/${made.id}`, { method: 'DELETE' })).status).toBe(404);
    await service.store.tokens.add(
      'a-token-that-has-ended',
      { name: 'old', scopes: ['read'], expiresAt: new Date(Date.now() - 1) },
      { name: 'the test' },
    );
    expect(await ask('a-token-that-has-ended')).toBe(401);
  });

  it('is rotated: the new one is good at once, the old one for as long as was asked', async () => {
    const old = await make({ name: 'rotated', scopes: ['read'] });
    const rotated = (await json(`/v1/tokens/${old.id}/rotate`, post({}))).body as unknown as { token: string };
    expect([await ask(old.token), await ask(rotated.token)]).toEqual([200, 200]);
    const next = await make({ name: 'rotated at once', scopes: ['read'] });
    await json(`/v1/tokens/${next.id}/rotate`, post({ graceMinutes: 0 }));
    expect(await ask(next.token)).toBe(401);
  });

  it('of one service cannot be over all of them', async () => {
    expect(await json('/v1/tokens', post({ name: 'x', scopes: ['admin'], service: 'alerts' }))).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('of one service submits no bundle of another', async () => {
    const { token } = await make({ name: 'billing', scopes: ['submit'], service: 'billing' });
    const headers = { authorization: `Bearer ${token}` };
    const { response, body } = await submitted(service, await makeBundle(service.dir, '9.0.0'), headers);
    expect([response.status, body.code]).toEqual([403, 'forbidden']);
  });
});

describe('a decision', () => {
  it('is written down with who made it, and stays readable after it has expired', async () => {
    const id = 'request-of-the-test';
    const waiver = { service: 'audited', check: 'lost-rows', by: 'Ada', reason: 'known', until: '2999-12-31' };
    const asked = post(waiver);
    await service.ask('/v1/waivers', { ...asked, headers: { ...asked.headers, 'x-request-id': id } });
    await json('/v1/overrides', post({ ...waiver, check: undefined, version: '1' }));
    expect((await items('/v1/waivers?service=audited')).items).toMatchObject([{ by: 'Ada', reason: 'known' }]);
    expect((await items('/v1/overrides?service=audited')).items).toMatchObject([{ version: '1' }]);
    await json('/v1/gate?service=audited&version=1');
    await json('/v1/gate?service=audited&version=1');
    expect((await items('/v1/audit?service=audited')).items).toMatchObject([
      { action: 'gate', detail: { answer: 'allow' } },
      { action: 'override', subject: '1 in production' },
      { action: 'waive', actor: 'admin', requestId: id, detail: { by: 'Ada', reason: 'known' } },
    ]);
    const page = (await json('/v1/audit?service=audited&limit=2')).body as { cursor: string };
    expect((await items(`/v1/audit?service=audited&limit=2&cursor=${page.cursor}`)).items).toHaveLength(1);
    expect((await items('/v1/audit?service=audited&limit=2&cursor=')).items).toHaveLength(2);
    for (const cursor of ['garbage', '0', '-1']) {
      expect((await json(`/v1/audit?cursor=${cursor}`)).body).toMatchObject({ code: 'invalid-request' });
    }
  });

  it('about a verdict, a rerun and a cancellation is written down too', async () => {
    const { id } = await judged(service, '9.1.0');
    const rerun = (await json(`/v1/rehearsals/${id}/rerun`, { method: 'POST' })).body as unknown as { id: string };
    await service.ask(`/v1/rehearsals/${rerun.id}/cancel`, { method: 'POST' });
    expect((await items(`/v1/audit?subject=${id}`)).items).toMatchObject([
      { action: 'judge', detail: { verdict: 'pass' } },
    ]);
    const actions = (await items(`/v1/audit?subject=${rerun.id}`)).items.map(({ action }) => action);
    expect(actions.at(-1)).toBe('rerun');
  });
});

describe('what is asked for', () => {
  it('carries the number of its request, the one that was given or a new one', async () => {
    const given = await service.ask('/healthz', { headers: { 'x-request-id': 'mine-1' } });
    expect(given.headers.get('x-request-id')).toBe('mine-1');
    const harmful = await service.ask('/healthz', { headers: { 'x-request-id': 'a b"c' } });
    expect(harmful.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('of old evidence is gone, while report and gate stay', async () => {
    const { id } = await judged(service, '9.5.0');
    expect(await service.store.retention.removeEvidence(3_600_000)).toBe(0);
    while ((await service.store.retention.removeEvidence(0)) > 0);
    expect(await json(`/v1/rehearsals/${id}/evidence.json`)).toMatchObject({
      status: 410,
      body: { code: 'evidence-removed' },
    });
    expect((await json(`/v1/rehearsals/${id}/report.json`)).status).toBe(200);
    expect((await json(`/v1/rehearsals/${id}/attestation`)).status).toBe(200);
    expect((await json('/v1/gate?service=alerts&version=9.5.0')).status).toBe(200);
  });

  it('again of a report is answered with its tag alone, for each form its own', async () => {
    const { id } = await judged(service, '9.4.0');
    const tags = [];
    for (const form of ['report.json', 'report.md', 'evidence.json']) {
      const first = await service.ask(`/v1/rehearsals/${id}/${form}`);
      const tag = first.headers.get('etag') ?? '';
      expect((await first.text()).length).toBeGreaterThan(0);
      const again = await service.ask(`/v1/rehearsals/${id}/${form}`, { headers: { 'if-none-match': tag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
      const other = await service.ask(`/v1/rehearsals/${id}/${form}`, { headers: { 'if-none-match': '"other"' } });
      expect(other.status).toBe(200);
      tags.push(tag);
    }
    expect(new Set(tags).size).toBe(3);
  });

  it('too often is refused with the time to come back', async () => {
    const app = await limitedApi(3);
    const headers = { authorization: `Bearer ${adminToken}` };
    const statuses = [];
    for (let round = 0; round < 4; round += 1) {
      statuses.push((await app.inject({ url: '/v1/checks', headers })).statusCode);
    }
    const refused = await app.inject({ url: '/v1/checks', headers });
    expect([...statuses, refused.json().code]).toEqual([200, 200, 200, 429, 'too-many-requests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200);
    await app.close();
  });

  it('with guessed tokens is counted by address, and keeps nobody out who was let in before', async () => {
    const app = await limitedApi(4);
    const ask = async (token: string) => {
      const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
      return (await app.inject({ url: '/v1/checks', headers })).statusCode;
    };
    const signIn = async (token: string) =>
      (await app.inject({ method: 'POST', url: '/sign-in', payload: { token } })).statusCode;
    await service.store.tokens.add('reads-only', { name: 'reads only', scopes: ['read'] }, { name: 'the test' });
    expect(await ask(adminToken)).toBe(200);
    expect([await ask(''), await ask('guess-1'), await signIn('guess-2')]).toEqual([401, 401, 303]);
    expect([await ask('guess-3'), await signIn('guess-4'), await ask('reads-only')]).toEqual([429, 429, 429]);
    expect([await ask(adminToken), await signIn(adminToken)]).toEqual([200, 303]);
    expect((await app.inject({ url: '/metrics' })).statusCode).toBe(200);
    await app.close();
    const another = await limitedApi(4);
    const inject = () => another.inject({ url: '/v1/tokens', headers: { authorization: 'Bearer reads-only' } });
    const statuses = [];
    for (let round = 0; round < 5; round += 1) statuses.push((await inject()).statusCode);
    expect(statuses).toEqual([403, 403, 403, 403, 429]);
    await another.close();
  });

  it('of a judged rehearsal is attested, and the key that signed it is public', async () => {
    const { id } = await judged(service, '9.2.0');
    const envelope = (await json(`/v1/rehearsals/${id}/attestation`)).body as unknown as Envelope;
    const published = await fetch(new URL('/.well-known/rehearsal-keys.json', service.address));
    const { keys } = (await published.json()) as { keys: PublicJwk[] };
    expect(verified(envelope, keys)).toMatchObject({
      predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
      predicate: { result: 'PASSED', rehearsal: { id, version: '9.2.0', environment: 'production' } },
    });
    const { body } = await submitted(service, await makeBundle(service.dir, '9.2.1-refused'));
    expect((await json(`/v1/rehearsals/${body.id}/attestation`)).status).toBe(409);
  });

  it('closes the gate where production has another schema than the rehearsed one', async () => {
    await judged(service, '9.3.0');
    const place = '/v1/environments/alerts/production/schema';
    expect((await json('/v1/gate?service=alerts&version=9.3.0')).status).toBe(200);
    expect((await json(place, post({ fingerprint: 'what' }))).status).toBe(400);
    expect((await json(place, post({ fingerprint: `sha256:${'7'.repeat(64)}` }))).status).toBe(201);
    expect(await json('/v1/gate?service=alerts&version=9.3.0')).toMatchObject({
      status: 412,
      body: { reasons: [{ code: 'other-schema' }] },
    });
  });
});
