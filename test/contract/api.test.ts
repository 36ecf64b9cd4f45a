import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/domain/problem.ts';
import type { Report } from '../../shared/domain/report.ts';
import { rehearse } from '../support/cli.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { rehearsed } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Service, startService } from '../support/service.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

const app = libraryApp("SELECT 'ok' AS state FROM (SELECT title FROM books LIMIT 1) AS b");
const bundleOf = (migration: string) =>
  libraryBundle(
    { apps: twoApps, probes: [{ name: 'a book', request: { path: '/' }, expect: { json: { state: 'ok' } } }] },
    { 'package.json': withPg, 'previous/app.js': app, 'next/app.js': app, 'migrations/1.sql': migration },
  );

interface Created {
  readonly id: string;
  readonly status: string;
  readonly links: Readonly<Record<string, string>>;
}

/** CONTRACT section 3. */
describe('the service', () => {
  let service: Service;
  let bundle: Directory;
  let archive: Directory;
  let tarGz: Buffer;
  let posted: Response;
  let created: Created;

  beforeAll(async () => {
    // Containers take three times as long; what the API answers does not depend on the host.
    service = await startService({ REHEARSAL_HOST: 'process' });
    bundle = await writtenBundle(bundleOf('ALTER TABLE books DROP COLUMN title;'));
    archive = await temporaryDirectory();
    tarGz = packed(bundle, archive, 'bundle.tar.gz');
    posted = await post(service, tarGz, { 'idempotency-key': 'key-1' });
    created = await json<Created>(posted.clone());
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await archive?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"POST /v1/rehearsals … 202 { id, status, links: { self, events, report, page } } and Location"', () => {
    expect(posted.status).toBe(202);
    expect(created).toMatchObject({ id: expect.any(String), status: expect.stringMatching(/^(queued|running)$/) });
    for (const link of ['self', 'events', 'report', 'page']) expect(created.links[link]).toContain(created.id);
    expect(posted.headers.get('location')).toContain(created.id);
  });

  test('"409 not-finished before the end"', async () => {
    const response = await service.call(`/v1/rehearsals/${created.id}/report.json`);
    expect({ status: response.status, code: (await json(response)).code }).toEqual({
      status: 409,
      code: 'not-finished',
    });
  });

  test('"the same bundle, snapshot version, rules and seed → 200 and the existing one"', async () => {
    const again = await post(service, tarGz);
    expect({ status: again.status, id: (await json(again)).id }).toEqual({ status: 200, id: created.id });
  });

  test('"same key, other body → 422"', async () => {
    await using other = await writtenBundle(bundleOf('CREATE TABLE shelves (id integer PRIMARY KEY);'));
    const response = await post(service, packed(other, archive, 'other.tar.gz'), { 'idempotency-key': 'key-1' });
    expect(response.status).toBe(422);
  });

  test('"invalid bundle → 422 with problems"', async () => {
    await using broken = await writtenBundle(libraryBundle({ nonsense: 1 }));
    const response = await post(service, packed(broken, archive, 'broken.tar.gz'));
    expect(response.status).toBe(422);
    expect((await json<Problem>(response)).problems[0]).toMatchObject({ file: 'rehearsal.yaml', key: 'nonsense' });
  });

  test('"multipart with one file field bundle"', async () => {
    const form = new FormData();
    form.set('bundle', new Blob([new Uint8Array(tarGz)], { type: 'application/gzip' }), 'bundle.tar.gz');
    const response = await service.call('/v1/rehearsals', { method: 'POST', body: form });
    expect({ status: response.status, id: (await json(response)).id }).toEqual({ status: 200, id: created.id });
  });

  test('"Tokens have scopes": without one nothing of /v1 is told', async () => {
    const calls = ['/v1/rehearsals', `/v1/rehearsals/${created.id}`, '/v1/gate?service=library&version=2.0.0'];
    for (const path of calls) {
      const response = await fetch(new URL(path, service.url));
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  test('"Errors are RFC 9457 problem documents with a stable code and a remedy"', async () => {
    const response = await service.call('/v1/rehearsals/rh-0000000000000000');
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const keys = {
      type: expect.any(String),
      title: expect.any(String),
      code: expect.any(String),
      remedy: expect.stringMatching(/\S/),
    };
    expect(await json(response)).toMatchObject(keys);
  });

  test('"404 never rehearsed (blocks too)"', async () => {
    expect((await service.call('/v1/gate?service=nobody&version=1')).status).toBe(404);
    const finished = await gate(service, 'nobody', '1');
    expect(finished.code).toBe(6);
  });

  test('/healthz, /readyz, OpenAPI at /v1/openapi.json, docs at /v1/docs', async () => {
    expect((await fetch(new URL('/healthz', service.url))).status).toBe(200);
    expect((await fetch(new URL('/readyz', service.url))).status).toBe(200);
    const openapi = await json<{ openapi: string; paths: object }>(await service.call('/v1/openapi.json'));
    expect(openapi.openapi).toMatch(/^3\./);
    expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(['/v1/rehearsals', '/v1/gate']));
    expect((await service.call('/v1/docs')).status).toBe(200);
  });

  test('"Server-Sent Events: status, runs, findings as they come; resumable by Last-Event-ID"', async () => {
    const all = await eventsOf(service, created.id);
    expect(all.map(({ data }) => data).join('\n')).toContain('judged');
    expect(all.length).toBeGreaterThan(2);
    const rest = await eventsOf(service, created.id, all[1]?.id);
    expect(rest.map(({ id }) => id)).toEqual(all.slice(2).map(({ id }) => id));
  });

  test('the report in each form, and "the same verdict as rehearse run"', async () => {
    await eventsOf(service, created.id);
    const one = await json(await service.call(`/v1/rehearsals/${created.id}`));
    expect(one).toMatchObject({ id: created.id, status: 'judged', verdict: 'fail' });
    const report = await json<Report>(await service.call(`/v1/rehearsals/${created.id}/report.json`));
    expect(reportMismatches(report)).toEqual([]);
    await using here = await rehearsed(bundle.dir, ['--host', report.host.kind]);
    expect(here.report.verdict).toBe(report.verdict);
    expect(here.report.digests.bundle).toBe(report.digests.bundle);
    const forms = { html: 'text/html', md: 'text/markdown', xml: 'xml', sarif: 'json' };
    for (const [extension, type] of Object.entries(forms)) {
      const response = await service.call(`/v1/rehearsals/${created.id}/report.${extension}`);
      expect({ extension, status: response.status }).toEqual({ extension, status: 200 });
      expect(response.headers.get('content-type')).toContain(type);
    }
    expect((await service.call(`/v1/rehearsals/${created.id}/evidence.json`)).status).toBe(200);
    const list = await (await service.call('/v1/rehearsals?service=library&verdict=fail')).text();
    expect(list).toContain(created.id);
  });

  test('"412 block with reasons"; gate exits 6, submit exits as run does', async () => {
    await eventsOf(service, created.id);
    const response = await service.call('/v1/gate?service=library&version=2.0.0&environment=production');
    expect(response.status).toBe(412);
    const { reasons } = await json(response);
    expect(JSON.stringify(reasons)).toContain('previous');
    expect(await gate(service, 'library', '2.0.0')).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining('previous'),
    });
    const problem = JSON.parse((await gate(service, 'library', '2.0.0', '--format', 'json')).stdout);
    for (const key of ['type', 'title', 'code', 'detail', 'remedy']) expect(problem[key]).toMatch(/\S/);
    expect(problem).toMatchObject({ problems: expect.any(Array), answer: 'block', reasons });
    const submitted = await rehearse(['submit', bundle.dir, '--server', service.url, '--wait', '4m'], {
      env: { REHEARSAL_TOKEN: service.token },
    });
    expect(submitted.code, submitted.stderr).toBe(1);
  });

  test('"200 allow" for what passed; gate exits 0', async () => {
    await using boring = await writtenBundle({ ...bundleOf('CREATE TABLE shelves (id integer PRIMARY KEY);') });
    const submitted = await rehearse(
      ['submit', boring.dir, '--server', service.url, '--wait', '4m', '--format', 'json'],
      { env: { REHEARSAL_TOKEN: service.token } },
    );
    expect(submitted.code, submitted.stderr).toBe(0);
    const { digests }: Report = JSON.parse(submitted.stdout);
    const response = await service.call(`/v1/gate?service=library&version=2.0.0&bundle=${digests.bundle}`);
    expect(response.status).toBe(200);
    expect((await gate(service, 'library', '2.0.0', '--bundle', digests.bundle)).code).toBe(0);
  });
});

/** What the service answers is looked at field by field, so its type is only what a test needs of it. */
async function json<T = Readonly<Record<string, unknown>>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

const post = (service: Service, body: Buffer, headers: Readonly<Record<string, string>> = {}) =>
  service.call('/v1/rehearsals', {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': 'application/gzip', ...headers },
  });

const gate = (service: Service, name: string, version: string, ...more: string[]) =>
  rehearse(['gate', '--server', service.url, '--service', name, '--version', version, ...more], {
    env: { REHEARSAL_TOKEN: service.token },
  });

function packed(bundle: Directory, into: Directory, name: string): Buffer {
  const path = join(into.dir, name);
  execFileSync('tar', ['-C', bundle.dir, '-czf', path, '.']);
  return readFileSync(path);
}

/** All events to the end of the stream; the server ends it when the rehearsal is over. */
async function eventsOf(
  service: Service,
  id: string,
  after?: string,
): Promise<readonly { id?: string; data: string }[]> {
  const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) };
  const response = await service.call(`/v1/rehearsals/${id}/events`, { headers, signal: AbortSignal.timeout(240_000) });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const text = await response.text();
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    const eventId = field('id');
    return data === undefined ? [] : [{ data, ...(eventId !== undefined && { id: eventId }) }];
  });
}
