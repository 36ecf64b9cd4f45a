import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import Schema from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { askJson, judged, post, startService, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
});
afterAll(() => service[Symbol.asyncDispose]());
const json = (path: string, request?: RequestInit) => askJson(service, path, request);
const withoutBody = (method: string): RequestInit => ({ method, headers: { 'content-type': 'application/json' } });

describe('a request that no route ever sees', () => {
  it.each([
    ['an address that cannot be decoded', '/v1/rehearsals/%zz', 400, 'invalid-request'],
    ['a name that is longer than any', `/v1/rehearsals/${'x'.repeat(501)}`, 414, 'address-too-long'],
    ['a head that is longer than is read', `/v1/checks?x=${'x'.repeat(20_000)}`, 431, 'head-too-large'],
  ])('because of %s gets a problem document', async (_why, path, status, code) => {
    const answer = await json(path);
    expect(answer).toMatchObject({ status, body: { status, code } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Schema.Check(ProblemSchema, answer.body)).toBe(true);
  });

  it('because it is no HTTP gets a problem document too', async () => {
    const { hostname, port } = new URL(service.address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write('what?\r\n\r\n');
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'invalid-request' });
  });

  it('is none because of names as long as the schemas allow', async () => {
    const name = encodeURIComponent('ä'.repeat(500));
    const fingerprint = `sha256:${'0'.repeat(64)}`;
    expect((await json(`/v1/environments/${name}/${name}/schema`, post({ fingerprint }))).status).toBe(201);
  });
});

describe('a method that an address does not have', () => {
  it.each([
    ['PUT', '/v1/gate?service=a', 'GET, HEAD'],
    ['GET', '/v1/rehearsals/rh-0000000000000000/cancel', 'POST'],
    ['PATCH', '/v1/rehearsals', 'GET, HEAD, POST'],
    ['POST', '/v1/tokens/x', 'DELETE'],
  ])('such as %s %s is refused with those that it has', async (method, path, allowed) => {
    const answer = await json(path, withoutBody(method));
    expect(answer).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it('is none where there is nothing at all', async () => {
    const answer = await json('/v1/nothing', { method: 'PUT' });
    expect(answer).toMatchObject({ status: 404, body: { code: 'unknown-route' } });
    expect(answer.headers.get('allow')).toBeNull();
  });
});

describe('a body of nothing', () => {
  it('is fine where nothing has to be said, whatever type it claims to have', async () => {
    const { id } = await judged(service, '7.0.0');
    expect((await json(`/v1/rehearsals/${id}/rerun`, withoutBody('POST'))).status).toBe(202);
    expect((await json(`/v1/rehearsals/${id}/cancel`, withoutBody('POST'))).body).toMatchObject({
      code: 'already-over',
    });
    const made = (await json('/v1/tokens', post({ name: 'x', scopes: ['read'] }))).body as unknown as { id: string };
    const rotated = await json(`/v1/tokens/${made.id}/rotate`, withoutBody('POST'));
    expect(rotated.status).toBe(201);
    expect((await service.ask(`/v1/tokens/${made.id}`, withoutBody('DELETE'))).status).toBe(204);
  });

  it('is malformed where something has to be said, and so is half a body anywhere', async () => {
    const half = { ...withoutBody('POST'), body: '{' };
    const answers = [
      await json('/v1/waivers', withoutBody('POST')),
      await json('/v1/rehearsals/rh-0000000000000000/rerun', half),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { code: 'malformed-json' } });
  });
});
