import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '../../../shared/edge/ports/tokens.ts';
import { gitlabSecret } from '../../support/forges/gitlab-call.ts';
import { adminToken, startService, type TestService } from './service.ts';

/** Nobody is asked for anything here; each says why. */
const open: Readonly<Record<string, string>> = {
  '/v1/openapi.json': 'it is the documentation',
  '/v1/docs': 'it is the documentation',
  '/.well-known/rehearsal-keys.json': 'public keys are public',
  '/healthz': 'probes have no tokens',
  '/readyz': 'probes have no tokens',
  '/metrics': 'it holds counts only',
  '/sign-in': 'whoever signs in has not signed in',
  '/sign-out': 'there is nothing to lose',
  '/v1/integrations/gitlab/status-checks': 'GitLab has no token of ours: it signs what it sends',
  ...Object.fromEntries(
    ['/', '/board', '/snapshots', '/workers', '/start', '/rehearsals/:id/comparison'].map((page) => [
      page,
      'the page is empty: what it shows is asked for with the cookie',
    ]),
  ),
};
const isAsset = (url: string) => url.startsWith('/static/') || url.startsWith('/assets/');

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres', { gitlab: { secret: gitlabSecret } });
});
afterAll(() => service[Symbol.asyncDispose]());

async function statusOf(route: { method: string; url: string }, headers: Readonly<Record<string, string>>) {
  const path = route.url.replaceAll(/:(\w+)/g, (_, name) => (name === 'id' ? 'rh-0000000000000000' : 'x'));
  const body = route.method === 'POST' ? { body: '{}' } : {};
  const response = await fetch(new URL(path, service.address), {
    ...{ method: route.method, redirect: 'manual', ...body },
    headers: { ...headers, 'content-type': 'application/json' },
  });
  await response.body?.cancel();
  return response.status;
}

describe('every route', () => {
  it('asks for a token with a scope, or is open and says why', () => {
    expect(service.routes.length).toBeGreaterThan(20);
    const unasked = service.routes.filter(({ scope, url }) => scope === undefined && !isAsset(url));
    expect(unasked.map(({ url }) => url).filter((url) => open[url] === undefined)).toEqual([]);
  });

  it.each(scopes)('lets %s where its scope is asked for, admin everywhere, and nobody else', async (own) => {
    const token = `token-with-the-scope-${own}`;
    await service.store.tokens.add(token, { name: own, scopes: [own] }, { name: 'the test' });
    for (const route of service.routes) {
      if (route.scope === undefined) continue;
      const status = await statusOf(route, { authorization: `Bearer ${token}` });
      const isAllowed = own === 'admin' || own === route.scope;
      const said = `${own} at ${route.method} ${route.url}`;
      if (isAllowed) expect([401, 403, 500], said).not.toContain(status);
      else expect({ said, status }).toEqual({ said, status: 403 });
    }
  });

  it('lets nobody without a token, and nobody change anything with the cookie of a browser', async () => {
    const token = 'token-of-somebody-in-a-browser';
    await service.store.tokens.add(token, { name: 'browser', scopes: ['admin'] }, { name: 'the test' });
    for (const route of service.routes) {
      if (route.scope === undefined) continue;
      const said = `${route.method} ${route.url}`;
      expect({ said, status: await statusOf(route, {}) }).toEqual({ said, status: route.page === true ? 303 : 401 });
      if (route.method === 'GET') continue;
      const withCookie = await statusOf(route, { cookie: `rehearsal_token=${token}`, origin: 'https://evil.example' });
      expect({ said, status: withCookie }).toEqual({ said, status: 401 });
    }
  });

  it('takes what is signed only with its signature, whoever sends it', async () => {
    const signed = service.routes.filter((route) => route.signed === true);
    expect(signed.map(({ url }) => url)).toEqual(['/v1/integrations/gitlab/status-checks']);
    const authorization = `Bearer ${adminToken}`;
    for (const route of signed) {
      for (const headers of [{}, { authorization }, { authorization, 'x-gitlab-signature': 'f'.repeat(64) }]) {
        expect(await statusOf(route, headers)).toBe(401);
      }
    }
  });

  it('holds a token of one service to it, or is closed to it', async () => {
    const token = 'token-of-the-service-alerts';
    const holder = { name: 'alerts', scopes: ['submit', 'read', 'gate', 'waive'], service: 'alerts' } as const;
    await service.store.tokens.add(token, holder, { name: 'the test' });
    const headers = { authorization: `Bearer ${token}` };
    for (const route of service.routes) {
      if (route.scope === undefined || route.bound !== undefined) continue;
      const said = `${route.method} ${route.url}`;
      expect({ said, status: await statusOf(route, headers) }).toEqual({ said, status: 403 });
    }
    const ask = async (path: string) => (await fetch(new URL(path, service.address), { headers })).status;
    expect(await ask('/v1/gate?service=alerts&version=1')).toBe(404);
    expect(await ask('/v1/gate?service=billing&version=1')).toBe(403);
    expect(await ask('/v1/rehearsals?service=billing')).toBe(403);
    expect(await ask('/v1/rehearsals')).toBe(200);
  });
});
