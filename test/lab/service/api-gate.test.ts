import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Schema from 'typebox/schema';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRehearsalId } from '../../../shared/domain/ids.ts';
import { GateAnswerSchema } from '../../../shared/edge/wire/gate.ts';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import {
  adminToken,
  askJson,
  judged,
  makeBundle,
  post,
  startService,
  submitted,
  type TestService,
  untilStatus,
} from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
});
afterAll(() => service[Symbol.asyncDispose]());
const json = (path: string, request?: RequestInit) => askJson(service, path, request);

async function tokenWith(...scopes: readonly string[]): Promise<{ authorization: string }> {
  const body = JSON.stringify({ name: scopes.join(' '), scopes });
  const made = await json('/v1/tokens', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return { authorization: `Bearer ${(made.body as { token: string }).token}` };
}

describe('the gate', () => {
  type Said = { answer: string; reasons: { code: string }[] };
  /** Nobody judges it before the test is over. */
  const submittedHeld = async (archive: Buffer) => {
    await writeFile(join(service.dir, 'hold-control'), '');
    const { body } = await submitted(service, archive);
    return parseRehearsalId(body.id);
  };
  afterEach(() => rm(join(service.dir, 'hold-control'), { force: true }));
  const ask = async (query: string) => {
    const { status, body } = await json(`/v1/gate?service=alerts&${query}`);
    expect(Schema.Check(GateAnswerSchema, body)).toBe(true);
    const { answer, reasons } = body as { answer: string; reasons: { code: string }[] };
    return [status, answer, ...reasons.map(({ code }) => code)];
  };

  it('opens for what passed, and stays closed for what was never rehearsed or has no verdict', async () => {
    await judged(service, '4.0.0');
    expect(await ask('version=4.0.0')).toEqual([200, 'allow', 'passed']);
    expect(await ask('version=4.0.0&environment=staging')).toEqual([404, 'block', 'never-rehearsed']);
    expect(await ask('version=0.0.0')).toEqual([404, 'block', 'never-rehearsed']);
    const { body } = await submitted(service, await makeBundle(service.dir, '4.0.1-refused'));
    await untilStatus(service, body.id, 'failed');
    expect((await ask('version=4.0.1-refused')).slice(0, 2)).toEqual([412, 'block']);
  });

  it('is closed where two bundles were rehearsed for one version, until one is named', async () => {
    await judged(service, '4.1.0');
    const other = await makeBundle(service.dir, '4.1.0', { 'other.sql': 'SELECT 1;' });
    const { body } = await submitted(service, other);
    await untilStatus(service, body.id, 'judged');
    expect(await ask('version=4.1.0')).toEqual([412, 'block', 'ambiguous-bundle']);
    const { body: found } = await json(`/v1/rehearsals/${body.id}`);
    expect((await ask(`version=4.1.0&bundle=${(found as { digests: { bundle: string } }).digests.bundle}`))[1]).toBe(
      'allow',
    );
  });

  it('is closed for an image that nobody rehearsed, and says which it was asked for', async () => {
    await judged(service, '4.6.0');
    const image = `sha256:${'5'.repeat(64)}`;
    expect(await ask('version=4.6.0')).toEqual([200, 'allow', 'passed']);
    expect(await ask(`version=4.6.0&image=${image}`)).toEqual([412, 'block', 'other-image']);
    const { body } = await json(`/v1/gate?service=alerts&version=4.6.0&image=${image}`);
    expect(body).toMatchObject({ image });
  });

  it('is closed by a second bundle that nobody judged, whatever was decided about the first, and the board says so', async () => {
    const { id } = await judged(service, '4.4.0-bad');
    const { bundle } = ((await json(`/v1/rehearsals/${id}`)).body as { digests: { bundle: string } }).digests;
    const decision = { service: 'alerts', version: '4.4.0-bad', by: 'Ada', reason: 'forward fix', until: '2999-12-31' };
    await json('/v1/overrides', post({ ...decision, bundle }));
    const said = async () => {
      const { items } = (await json('/v1/board?service=alerts')).body as { items: { version: string; gate: Said }[] };
      const { gate } = items.find(({ version }) => version === '4.4.0-bad') ?? expect.fail();
      const [status, ...own] = await ask('version=4.4.0-bad');
      expect(own).toEqual([gate.answer, ...gate.reasons.map(({ code }) => code)]);
      return [status, ...own];
    };
    expect(await said()).toEqual([200, 'allow', 'overridden']);
    const other = await makeBundle(service.dir, '4.4.0-bad', { 'other.sql': 'SELECT 1;' });
    const second = await submittedHeld(other);
    expect(await said()).toEqual([412, 'block', 'ambiguous-bundle']);
    await service.ask(`/v1/rehearsals/${second}/cancel`, { method: 'POST' });
    expect(await said()).toEqual([412, 'block', 'ambiguous-bundle']);
    expect(await ask(`version=4.4.0-bad&bundle=${bundle}`)).toEqual([200, 'allow', 'overridden']);
  });

  it.each([
    ['machine', [412, 'block', 'ambiguous-bundle']],
    ['bundle', [200, 'allow', 'passed']],
  ] as const)('hears of a second bundle that failed by the fault of the %s', async (fault, answer) => {
    const version = `4.5.0-${fault}`;
    await judged(service, version);
    const id = await submittedHeld(await makeBundle(service.dir, version, { 'other.sql': 'SELECT 1;' }));
    const problem = { type: '', title: '', code: 'x', detail: 'odd: \u0000', remedy: '', problems: [] };
    expect(await service.store.rehearsals.fail(id, { ...problem, fault })).toBe(true);
    expect(await ask(`version=${version}`)).toEqual(answer);
  });

  it('is closed by a red until each of its blocking findings is waived', async () => {
    await judged(service, '4.2.0-bad');
    expect((await ask('version=4.2.0-bad')).slice(0, 2)).toEqual([412, 'block']);
    const waiver = { service: 'alerts', check: 'failed-migration', by: 'Ada', reason: 'known', until: '2999-12-31' };
    expect((await json('/v1/waivers', post({ ...waiver, relation: 'public.other' }))).status).toBe(201);
    expect((await ask('version=4.2.0-bad'))[1]).toBe('block');
    expect((await json('/v1/waivers', post({ ...waiver, relation: 'public.alerts' }))).status).toBe(201);
    expect((await ask('version=4.2.0-bad'))[1]).toBe('allow');
    for (const until of ['2001-01-01', '2999-02-30']) {
      expect(await json('/v1/waivers', post({ ...waiver, until }))).toMatchObject({ status: 400 });
    }
  });

  it('answers no question with a parameter that it does not know', async () => {
    await judged(service, '4.6.0');
    expect(await ask('version=4.6.0')).toEqual([200, 'allow', 'passed']);
    const digest = `sha256:${'0'.repeat(64)}`;
    for (const [other, nearest] of [
      [`bundel=${digest}`, 'bundle'],
      ['enviroment=staging', 'environment'],
    ]) {
      const { status, body } = await json(`/v1/gate?service=alerts&version=4.6.0&${other}`);
      expect({ status, body }).toMatchObject({ status: 400, body: { problems: [{ nearest }] } });
    }
    expect((await service.ask(`/v1/gate?service=alerts&version=4.6.0&digest=${digest}`)).status).toBe(400);
  });

  it('lets an override with owner, reason and expiry through', async () => {
    const override = { service: 'alerts', version: '4.3.0', by: 'Ada', reason: 'forward fix', until: '2999-12-31' };
    expect((await json('/v1/overrides', post(override))).status).toBe(201);
    expect((await ask('version=4.3.0'))[1]).toBe('allow');
  });
});

describe('whoever asks', () => {
  it('needs a token with the scope of the route', async () => {
    const without = await fetch(new URL('/v1/rehearsals', service.address));
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const headers = await tokenWith('gate');
    expect(await json('/v1/rehearsals', { headers })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await json('/v1/gate?service=alerts&version=0', { headers })).status).toBe(404);
  });

  it('signs in with a token, reads pages with the cookie, and changes nothing with it', async () => {
    const { id } = await judged(service, '5.0.0');
    const page = await fetch(new URL(`/rehearsals/${id}`, service.address), { redirect: 'manual' });
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      `/sign-in?next=${encodeURIComponent(`/rehearsals/${id}`)}`,
    ]);
    const body = new URLSearchParams({ token: adminToken, next: `/rehearsals/${id}` });
    const signIn = await fetch(new URL('/sign-in', service.address), { method: 'POST', body, redirect: 'manual' });
    const cookie = signIn.headers.get('set-cookie') ?? '';
    expect(signIn.headers.get('location')).toBe(`/rehearsals/${id}`);
    expect(cookie).toContain('HttpOnly; SameSite=Strict');
    const withCookie = { headers: { cookie: cookie.split(';')[0] ?? '' } };
    const list = await fetch(new URL('/', service.address), withCookie);
    expect(await list.text()).toContain('<div id="root">');
    expect(list.headers.get('content-security-policy')).toContain("script-src 'self'");
    const report = await fetch(new URL(`/rehearsals/${id}`, service.address), withCookie);
    expect(report.status).toBe(200);
    expect(report.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    const rerun = await fetch(new URL(`/v1/rehearsals/${id}/rerun`, service.address), {
      method: 'POST',
      ...withCookie,
    });
    expect(rerun.status).toBe(401);
  });

  it('gets a problem document for whatever goes wrong', async () => {
    const malformed = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } };
    const answers = [
      [await json('/v1/nothing'), 404, 'unknown-route'],
      [await json('/v1/rehearsals/rh-0000000000000000'), 404, 'unknown-rehearsal'],
      [await json('/v1/rehearsals/what'), 404, 'unknown-rehearsal'],
      [await json('/v1/rehearsals?verdict=maybe'), 400, 'invalid-request'],
      [await json('/v1/waivers', malformed), 400, 'malformed-json'],
      [await json('/v1/waivers', post({ service: 'alerts' })), 400, 'invalid-request'],
    ] as const;
    for (const [answer, status, code] of answers) {
      expect(answer).toMatchObject({ status, body: { status, code } });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(Schema.Check(ProblemSchema, answer.body)).toBe(true);
    }
  });
});

describe('whoever runs it', () => {
  it('sees that it lives, that it is ready, and a few numbers', async () => {
    expect(await json('/healthz')).toMatchObject({ status: 200 });
    expect(await json('/readyz')).toMatchObject({ status: 200, body: { ready: true } });
    const metrics = await (await service.ask('/metrics')).text();
    expect(metrics).toMatch(/^rehearsal_workers_live 1$/m);
    expect(metrics).toMatch(/^rehearsal_rehearsals\{status="judged"\} \d+$/m);
  });

  it('finds every route of the contract in the OpenAPI document', async () => {
    const { body } = await json('/v1/openapi.json');
    const { paths } = body as { paths: Record<string, object> };
    const wanted = [
      '',
      '/{id}',
      '/{id}/events',
      '/{id}/report.json',
      '/{id}/evidence.json',
      '/{id}/cancel',
      '/{id}/rerun',
    ];
    const others = ['gate', 'waivers', 'overrides', 'board', 'snapshots', 'checks', 'openapi.json'];
    for (const path of [...wanted.map((end) => `/v1/rehearsals${end}`), ...others.map((name) => `/v1/${name}`)]) {
      expect(Object.keys(paths)).toContain(path);
    }
    expect((await service.ask('/v1/docs')).status).toBe(200);
  });
});
