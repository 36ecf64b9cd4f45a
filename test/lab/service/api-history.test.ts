import type { Static, TSchema } from 'typebox';
import Schema, { type XSchema } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRehearsalId } from '../../../shared/domain/ids.ts';
import { BoardSchema } from '../../../shared/edge/wire/board.ts';
import { ComparisonSchema, ProgressSchema, TrendSchema } from '../../../shared/edge/wire/history.ts';
import { adminToken, askJson, makeBundle, post, startService, type TestService, untilStatus } from './service.ts';

let service: TestService;
let first: string;
let onMain: string;
let red: string;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
  first = await from('1.0.0-bad', '?branch=topic&commit=aaa111');
  onMain = await from('1.1.0', '?branch=main&commit=bbb222');
  red = await from('1.2.0-bad', '?branch=topic&commit=ccc333');
});
afterAll(() => service[Symbol.asyncDispose]());

async function from(version: string, source: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await service.ask(`/v1/rehearsals${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/gzip' },
    body: new Uint8Array(await makeBundle(service.dir, version, files)),
  });
  const { id } = (await response.json()) as { readonly id: string };
  await untilStatus(service, id, 'judged');
  return id;
}

async function read<T extends TSchema>(schema: T, path: string): Promise<Static<T>> {
  const { status, body } = await askJson(service, path);
  expect(status).toBe(200);
  expect(Schema.Check(schema as XSchema, body)).toBe(true);
  return body;
}

const versions = async (query: string) => {
  const { body } = await askJson(service, `/v1/rehearsals?${query}`);
  return (body as { items: { version: string }[] }).items.map(({ version }) => version);
};

describe('what was rehearsed before', () => {
  it('is listed by branch, environment, status and any part of a name', async () => {
    expect(await versions('branch=topic')).toEqual(['1.2.0-bad', '1.0.0-bad']);
    expect(await versions('branch=nobody')).toEqual([]);
    expect(await versions('environment=production&status=judged')).toHaveLength(3);
    expect(await versions('environment=staging')).toEqual([]);
    expect(await versions('search=BBB22')).toEqual(['1.1.0']);
    expect(await versions('search=1.2.')).toEqual(['1.2.0-bad']);
    expect(await versions('search=%25')).toEqual([]);
  });

  it('keeps every branch that the same bundle came from', async () => {
    const archive = new Uint8Array(await makeBundle(service.dir, '1.1.0'));
    const headers = { 'content-type': 'application/gzip' };
    const again = await service.ask('/v1/rehearsals?branch=topic-2', { method: 'POST', headers, body: archive });
    expect(again.status).toBe(200);
    const { body } = await askJson(service, `/v1/rehearsals/${onMain}`);
    expect((body as { sources: unknown }).sources).toEqual([
      { branch: 'topic-2', commit: null },
      { branch: 'main', commit: 'bbb222' },
    ]);
    const refused = await service.ask('/v1/rehearsals?branch=a%00b', { method: 'POST', headers, body: archive });
    expect(refused.status).toBe(400);
  });

  it('is compared with the previous one of its branch and with main', async () => {
    const { against } = await read(ComparisonSchema, `/v1/rehearsals/${red}/comparison`);
    expect(against.map(({ base, rehearsal }) => [base, rehearsal?.id])).toEqual([
      ['branch', first],
      ['main', onMain],
    ]);
    const [own, main] = against.map(({ changes }) => changes);
    expect([own?.appeared.length, own?.gone.length, own?.same.length]).toEqual([0, 0, 1]);
    expect([main?.appeared.length, main?.gone.length, main?.same.length]).toEqual([1, 0, 0]);
    const back = await read(ComparisonSchema, `/v1/rehearsals/${onMain}/comparison?with=${red}`);
    expect(back.against[0]?.changes?.gone).toHaveLength(1);
  });

  it('has nothing to be compared with at first', async () => {
    const { against } = await read(ComparisonSchema, `/v1/rehearsals/${first}/comparison`);
    expect(against.map(({ base, rehearsal, changes }) => [base, rehearsal, changes])).toEqual([
      ['branch', null, null],
      ['main', null, null],
    ]);
  });

  it('stays in the trend, reds that were followed by a green among them', async () => {
    const { items } = await read(TrendSchema, '/v1/trend?service=alerts');
    expect(items.map(({ verdict, blocks }) => [verdict, blocks])).toEqual([
      ['fail', 1],
      ['pass', 0],
      ['fail', 1],
    ]);
  });

  it('says how long the next one takes, and where its runs are', async () => {
    const progress = await read(ProgressSchema, `/v1/rehearsals/${red}/progress`);
    expect(progress.usualMs).toBeGreaterThan(0);
    expect(progress.runs).toHaveLength(5);
    for (const run of progress.runs) expect(run).toMatchObject({ outcome: 'completed', startedAt: expect.any(String) });
  });

  it('streams each run as planned, started and ended, in this order', async () => {
    const text = await (await service.ask(`/v1/rehearsals/${red}/events`)).text();
    const kinds = [...text.matchAll(/event: (\w+)\ndata: (.*)\n/g)]
      .filter(([, kind, content]) => kind === 'planned' || content?.includes('"control"'))
      .map(([, kind]) => kind);
    expect(kinds.slice(0, 3)).toEqual(['planned', 'started', 'run']);
  });

  it('tells what blocks on the evidence so far before the rest is rehearsed, and once', async () => {
    const text = await (await service.ask(`/v1/rehearsals/${red}/events`)).text();
    const kinds = [...text.matchAll(/event: (\w+)/g)].map(([, kind]) => kind);
    expect(kinds.filter((kind) => kind === 'sighting')).toHaveLength(1);
    expect(kinds.indexOf('sighting')).toBeLessThan(kinds.lastIndexOf('started'));
    const green = await (await service.ask(`/v1/rehearsals/${onMain}/events`)).text();
    expect(green).not.toContain('event: sighting');
  });
});

describe('the board', () => {
  it('says of each version what the gate says, and what was accepted by whom', async () => {
    const override = { service: 'alerts', version: '1.2.0-bad', by: 'Ada', reason: 'forward fix', until: '2999-12-31' };
    expect((await askJson(service, '/v1/overrides', post(override))).status).toBe(201);
    const board = await read(BoardSchema, '/v1/board?service=alerts');
    const answers = board.items.map(({ version, gate }) => [version, gate?.answer, gate?.reasons[0]?.code]);
    expect(answers).toEqual([
      ['1.2.0-bad', 'allow', 'overridden'],
      ['1.1.0', 'allow', 'passed'],
      ['1.0.0-bad', 'block', 'failed'],
    ]);
    expect(board.overrides).toMatchObject([{ by: 'Ada', reason: 'forward fix' }]);
    expect(board.items[0]?.blocking).toMatchObject([{ check: 'failed-migration', relation: 'public.alerts' }]);
    expect((await read(BoardSchema, '/v1/board?service=nobody')).items).toEqual([]);
  });

  it('knows the workers and what waits for them', async () => {
    const { body } = await askJson(service, '/v1/workers');
    expect(body).toMatchObject({ items: [{ machine: 'one-machine', alive: true, inHand: [] }], runsPending: 0 });
    const [worker] = (body as { items: readonly { capacity: object; selfCheck: { state: string } }[] }).items;
    expect(new Set(Object.keys(worker?.capacity ?? {}))).toEqual(
      new Set(['runsAtOnce', 'memoryFreeBytes', 'diskFreeBytes', 'diskReserveBytes', 'copiesInFull', 'majors']),
    );
    expect(['ok', 'first']).toContain(worker?.selfCheck.state);
  });
});

describe('a rehearsal that was stored with U+0000', () => {
  it('is on the board and in the trend like any other', async () => {
    const manifest = [
      ...['rehearsal: 1', 'service: odd', 'version: 1', 'snapshot: { sql: [seed.sql] }', 'apps: none'],
      ...['migrate: [{ name: pre-deploy, sql: [up.sql] }]', ''],
    ].join('\n');
    const id = parseRehearsalId(await from('1', '', { 'rehearsal.yaml': manifest }));
    const { rehearsals, events } = service.store;
    const plan = await rehearsals.plan(id);
    if (plan === null) throw new Error('it has no plan');
    await rehearsals.planned(id, { ...plan, seed: '\0' as never });
    await events.append(id, 'finding', { check: 'c', title: 't', severity: 'blocks', summary: 'it said \0' });
    const board = await read(BoardSchema, '/v1/board?service=odd');
    expect(board.items).toMatchObject([{ id, snapshotAsOf: null }]);
    expect((await read(TrendSchema, '/v1/trend?service=odd')).items).toMatchObject([{ blocks: 1, warns: 0 }]);
  });
});

describe('a browser that signed in', () => {
  const call = (path: string, method: string, headers: Readonly<Record<string, string>>) =>
    fetch(new URL(path, service.address), { method, headers, redirect: 'manual' });

  it('changes something from our own pages only', async () => {
    const cookie = `rehearsal_token=${adminToken}`;
    const { origin } = new URL(service.address);
    const rerun = async (headers: Readonly<Record<string, string>>) =>
      (await call(`/v1/rehearsals/${first}/rerun`, 'POST', headers)).status;
    expect(await rerun({ cookie })).toBe(401);
    expect(await rerun({ cookie, origin: 'https://evil.example' })).toBe(401);
    expect(await rerun({ cookie, origin, 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await rerun({ origin, 'sec-fetch-site': 'same-origin' })).toBe(401);
    expect(await rerun({ cookie, origin, 'sec-fetch-site': 'same-origin' })).toBe(202);
  });

  it('knows whose token it has, and forgets it when it is told to', async () => {
    const { origin } = new URL(service.address);
    const cookie = `rehearsal_token=${adminToken}`;
    const session = await call('/v1/session', 'GET', { cookie });
    expect(await session.json()).toEqual({ name: 'admin', scopes: ['admin'] });
    expect((await call('/sign-out', 'POST', { cookie, origin: 'https://evil.example' })).status).toBe(403);
    const out = await call('/sign-out', 'POST', { cookie, origin });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  });

  it('keeps its cookie from plain HTTP where it came by HTTPS, whoever ended that', async () => {
    const { origin } = new URL(service.address);
    const cookieOf = async (path: string, proto: Readonly<Record<string, string>>) => {
      const headers = { origin, 'content-type': 'application/x-www-form-urlencoded', ...proto };
      const body = `token=${adminToken}`;
      const answer = await fetch(new URL(path, origin), { method: 'POST', headers, body, redirect: 'manual' });
      return answer.headers.get('set-cookie');
    };
    for (const path of ['/sign-in', '/sign-out']) {
      expect(await cookieOf(path, { 'x-forwarded-proto': 'https' })).toContain('; Secure');
      expect(await cookieOf(path, { 'x-forwarded-proto': 'HTTPS, http' })).toContain('; Secure');
      expect(await cookieOf(path, { 'x-forwarded-proto': 'http' })).not.toContain('Secure');
      expect(await cookieOf(path, {})).not.toContain('Secure');
    }
  });

  it('is not signed in by a form of another site, nor by an unknown token', async () => {
    const signIn = (token: string, headers: Readonly<Record<string, string>>) =>
      fetch(new URL('/sign-in', service.address), {
        method: 'POST',
        headers,
        body: new URLSearchParams({ token, next: '/board' }),
        redirect: 'manual',
      });
    expect((await signIn(adminToken, { origin: 'https://evil.example' })).status).toBe(403);
    const unknown = await signIn('nobody', {});
    expect([unknown.headers.get('location'), unknown.headers.get('set-cookie')]).toEqual([
      '/sign-in?next=%2Fboard&refused=1',
      null,
    ]);
  });
});
