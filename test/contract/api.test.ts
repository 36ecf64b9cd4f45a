import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/domain/problem.ts';
import type { Report } from '../../shared/domain/report.ts';
import type { WireBoard } from '../../shared/edge/wire/board.ts';
import type { WireGateAnswer } from '../../shared/edge/wire/gate.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { rehearsed } from '../support/rehearsed.ts';
import { reportMismatches } from '../support/report-shape.ts';
import { type Service, startService } from '../support/service.ts';
import { eventsOf, gate, json, packed, post, submit } from '../support/service-calls.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

const app = libraryApp("SELECT 'ok' AS state FROM (SELECT title FROM books LIMIT 1) AS b");
const bundleOf = (migration: string, changes: Readonly<Record<string, unknown>> = {}) =>
  libraryBundle(
    {
      ...changes,
      apps: twoApps,
      probes: [{ name: 'a book', request: { path: '/' }, expect: { json: { state: 'ok' } } }],
    },
    { 'package.json': withPg, 'previous/app.js': app, 'next/app.js': app, 'migrations/1.sql': migration },
  );

interface Created {
  readonly id: string;
  readonly status: string;
  readonly links: Readonly<Record<string, string>>;
}

const shelves = 'CREATE TABLE shelves (id integer PRIMARY KEY);';
/** What the migration makes is there already in production. */
const twoStarts = () =>
  bundleOf(shelves, {
    version: '3.0.0',
    snapshot: { sql: ['seed.sql', 'migrations/1.sql'] },
    environments: { staging: { snapshot: { sql: ['seed.sql'] } } },
  });

/** CONTRACT section 3. */
describe('the service', () => {
  let service: Service;
  let bundle: Directory;
  let apart: Directory;
  let archive: Directory;
  let tarGz: Buffer;
  let posted: Response;
  let created: Created;

  beforeAll(async () => {
    // Containers take three times as long; what the API answers does not depend on the host.
    service = await startService({ REHEARSAL_HOST: 'process' });
    bundle = await writtenBundle(bundleOf('ALTER TABLE books DROP COLUMN title;'));
    apart = await writtenBundle(twoStarts());
    archive = await temporaryDirectory();
    tarGz = packed(bundle, archive, 'bundle.tar.gz');
    posted = await post(service, tarGz, { 'idempotency-key': 'key-1' });
    created = await json<Created>(posted.clone());
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await archive?.[Symbol.asyncDispose]();
    await apart?.[Symbol.asyncDispose]();
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
    await using other = await writtenBundle(bundleOf(shelves));
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
    const submitted = await submit(service, bundle.dir);
    expect(submitted.code, submitted.stderr).toBe(1);
  });

  test('"200 allow" for what passed; gate exits 0', async () => {
    expect((await submit(service, apart.dir, '--environment', 'staging')).code).toBe(0);
    const response = await service.call('/v1/gate?service=library&version=3.0.0&environment=staging');
    expect(response.status).toBe(200);
    const [evidence] = (await json<WireGateAnswer>(response)).evidence;
    const one = ['--environment', 'staging', '--bundle', evidence?.bundle ?? 'none'];
    expect((await gate(service, 'library', '3.0.0', ...one)).code).toBe(0);
  });

  test('"GET /v1/gate?…&environment=": a bundle that passes in one and fails in another is answered for and shown apart', async () => {
    // Staging alone says nothing about production.
    const unseen = await service.call('/v1/gate?service=library&version=3.0.0');
    expect(unseen.status).toBe(404);
    expect((await gate(service, 'library', '3.0.0')).code).toBe(6);
    const submitted = await submit(service, apart.dir);
    expect(submitted.code, submitted.stderr).toBe(1);
    const { environment, findings }: Report = JSON.parse(submitted.stdout);
    expect({ environment, checks: findings.map(({ check }) => check) }).toMatchObject({
      environment: 'production',
      checks: expect.arrayContaining(['failed-migration']),
    });

    const asked = async (name: string) => {
      const response = await service.call(`/v1/gate?service=library&version=3.0.0&environment=${name}`);
      const { answer } = await json(response);
      return [name, response.status, answer, (await gate(service, 'library', '3.0.0', '--environment', name)).code];
    };
    expect(await asked('production')).toEqual(['production', 412, 'block', 6]);
    expect(await asked('staging')).toEqual(['staging', 200, 'allow', 0]);

    const { items } = await json<WireBoard>(await service.call('/v1/board?service=library'));
    const newest = items.filter(({ version }) => version === '3.0.0');
    expect(newest.map((item) => [item.environment, item.verdict, item.gate?.answer]).toSorted()).toEqual([
      ['production', 'fail', 'block'],
      ['staging', 'pass', 'allow'],
    ]);
    expect(new Set(newest.map(({ digests }) => digests.bundle)).size).toBe(1);
    for (const [name, verdict] of [
      ['staging', 'pass'],
      ['production', 'fail'],
    ]) {
      const path = `/v1/rehearsals?service=library&version=3.0.0&environment=${name}`;
      const { items: listed } = await json<{ items: { environment: string; verdict: string }[] }>(
        await service.call(path),
      );
      expect(listed).toMatchObject([{ environment: name, verdict }]);
    }
  });
});
