import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Schema from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProblemSchema } from '../../../shared/edge/wire/problem.ts';
import { EventSchema, RehearsalListSchema, RehearsalSchema } from '../../../shared/edge/wire/rehearsal.ts';
import { ReportSchema } from '../../../shared/edge/wire/report.ts';
import {
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

describe('submitting', () => {
  it('answers 202 with Location and links, and the same bundle in another archive with 200 and the same rehearsal', async () => {
    const first = await submitted(service, await makeBundle(service.dir, '2.0.0'));
    expect(first.response.status).toBe(202);
    expect(first.response.headers.get('location')).toBe(`/v1/rehearsals/${first.body.id}`);
    expect(first.body).toMatchObject({
      links: { self: `/v1/rehearsals/${first.body.id}`, page: `/rehearsals/${first.body.id}` },
    });
    const again = await submitted(service, await makeBundle(service.dir, '2.0.0'));
    expect(again.response.status).toBe(200);
    expect(again.body.id).toBe(first.body.id);
  });

  it('takes a form with one file field `bundle`, and refuses a form without it', async () => {
    const archive = new Blob([new Uint8Array(await makeBundle(service.dir, '2.0.1'))]);
    const form = new FormData();
    form.set('bundle', archive, 'bundle.tar.gz');
    expect((await service.ask('/v1/rehearsals', { method: 'POST', body: form })).status).toBe(202);
    const other = new FormData();
    other.set('archive', archive, 'bundle.tar.gz');
    expect(await json('/v1/rehearsals', { method: 'POST', body: other })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('binds an Idempotency-Key to its first bundle', async () => {
    const archive = await makeBundle(service.dir, '2.0.2');
    const key = { 'idempotency-key': 'build-17' };
    const first = await submitted(service, archive, key);
    expect(first.response.status).toBe(202);
    const again = await submitted(service, archive, key);
    expect([again.response.status, again.body.id]).toEqual([200, first.body.id]);
    const other = await submitted(service, await makeBundle(service.dir, '2.0.3'), key);
    expect([other.response.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('answers an invalid bundle with 422 and every problem at once', async () => {
    const manifest = 'rehearsal: 1\nservice: alerts\nversoin: 1\n';
    const { response, body } = await submitted(
      service,
      await makeBundle(service.dir, '1', { 'rehearsal.yaml': manifest }),
    );
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(body.code).toBe('invalid-bundle');
    expect(body.problems.length).toBeGreaterThan(1);
    expect(body.problems).toContainEqual(expect.objectContaining({ key: 'versoin', line: 3, nearest: 'version' }));
    expect(Schema.Check(ProblemSchema, body)).toBe(true);
  });

  it('refuses an archive over the limit with 413 and a foreign content type with 415', async () => {
    const big = await submitted(service, Buffer.alloc(2 * 1024 * 1024, 1));
    expect([big.response.status, big.body.code]).toEqual([413, 'bundle-too-large']);
    expect(await json('/v1/rehearsals', post({}))).toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type' },
    });
    const text = { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } };
    expect(await json('/v1/rehearsals', text)).toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
  });

  it('tells of a bundle that turns out to be wrong only while it is rehearsed', async () => {
    const { body } = await submitted(service, await makeBundle(service.dir, '2.1.0-refused'));
    await untilStatus(service, body.id, 'failed');
    const { body: found } = await json(`/v1/rehearsals/${body.id}`);
    expect(found).toMatchObject({
      problem: { fault: 'bundle', code: 'invalid-bundle', problems: [{ file: 'seed.sql', line: 3 }] },
    });
    expect(Schema.Check(RehearsalSchema, found)).toBe(true);
    expect(await json(`/v1/rehearsals/${body.id}/report.json`)).toMatchObject({
      status: 409,
      body: { code: 'no-report' },
    });
  });
});

describe('reading', () => {
  it('gives the report and the evidence as they are, and 409 not-finished before the end', async () => {
    await writeFile(join(service.dir, 'hold-control'), '');
    const { body } = await submitted(service, await makeBundle(service.dir, '3.0.0'));
    for (const name of ['report.json', 'report.html', 'report.md', 'report.xml', 'report.sarif', 'evidence.json']) {
      const path = `/v1/rehearsals/${body.id}/${name}`;
      expect(await json(path)).toMatchObject({ status: 409, body: { code: 'not-finished' } });
    }
    await rm(join(service.dir, 'hold-control'));
    await untilStatus(service, body.id, 'judged');
    const { body: report } = await json(`/v1/rehearsals/${body.id}/report.json`);
    expect(Schema.Check(ReportSchema, report)).toBe(true);
    expect(report).toMatchObject({ rehearsalId: body.id, verdict: 'pass' });
    expect(await json(`/v1/rehearsals/${body.id}/evidence.json`)).toMatchObject({
      status: 200,
      body: { rehearsalId: body.id },
    });
  });

  it('lists by service and verdict, page by page', async () => {
    await judged(service, '3.1.0');
    await judged(service, '3.1.1');
    const first = await json('/v1/rehearsals?service=alerts&verdict=pass&limit=1');
    expect(Schema.Check(RehearsalListSchema, first.body)).toBe(true);
    const { items, cursor } = first.body as { items: { version: string }[]; cursor: string };
    expect(items.map(({ version }) => version)).toEqual(['3.1.1']);
    const second = await json(`/v1/rehearsals?service=alerts&verdict=pass&limit=1&cursor=${cursor}`);
    expect((second.body as { items: { version: string }[] }).items[0]?.version).toBe('3.1.0');
    expect((await json('/v1/rehearsals?service=nobody')).body).toEqual({ items: [], cursor: null });
  });

  it('streams numbered events to the end, and goes on after Last-Event-ID without a gap or a repeat', async () => {
    const { id } = await judged(service, '3.2.0');
    const all = await eventsOf(`/v1/rehearsals/${id}/events`);
    expect(all.map(({ number }) => number)).toEqual(all.map((_, index) => index + 1));
    expect(all[0]).toMatchObject({ kind: 'status', content: { status: 'queued' } });
    expect(all.filter(({ kind }) => kind === 'run')).toHaveLength(5);
    expect(all.at(-1)).toMatchObject({ kind: 'status', content: { status: 'judged' } });
    for (const event of all) expect(Schema.Check(EventSchema, event)).toBe(true);
    const rest = await eventsOf(`/v1/rehearsals/${id}/events`, { 'last-event-id': '4' });
    expect(rest).toEqual(all.slice(4));
    const over = await service.ask(`/v1/rehearsals/${id}/events`, { headers: { 'last-event-id': String(all.length) } });
    expect(over.status).toBe(204);
  });

  it('follows a rehearsal that is running until its last event', async () => {
    await writeFile(join(service.dir, 'hold-control'), '');
    const { body } = await submitted(service, await makeBundle(service.dir, '3.3.0'));
    const following = eventsOf(`/v1/rehearsals/${body.id}/events`);
    await rm(join(service.dir, 'hold-control'));
    expect((await following).at(-1)).toMatchObject({ content: { status: 'judged' } });
  });

  it('says at once what a stream would be, also while it goes on', async () => {
    const { id, path } = await heldRehearsal('3.5.0');
    const signal = AbortSignal.timeout(20_000);
    const head = await service.ask(path, { method: 'HEAD', headers: { 'x-request-id': 'mine' }, signal });
    const stream = await service.ask(path, { headers: { 'x-request-id': 'mine' }, signal });
    for (const { status, headers } of [head, stream]) {
      expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
      expect([headers.get('x-content-type-options'), headers.get('x-request-id')]).toEqual(['nosniff', 'mine']);
    }
    await rm(join(service.dir, 'hold-control'));
    await stream.text();
    await untilStatus(service, id, 'judged');
    const over = await service.ask(path, { method: 'HEAD', headers: { 'last-event-id': '999999' } });
    expect(over.status).toBe(204);
  });

  it('ends after the final status for whoever counted further than there are events', async () => {
    const { path } = await heldRehearsal('3.6.0');
    const signal = AbortSignal.timeout(20_000);
    const stream = await service.ask(path, { headers: { 'last-event-id': '999999' }, signal });
    await rm(join(service.dir, 'hold-control'));
    const events = eventsIn(await stream.text());
    expect(events[0]?.number).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ content: { status: 'judged' } });
    expect((await service.ask(path, { headers: { 'last-event-id': '999999' } })).status).toBe(204);
  });

  it('begins with the first page for an empty cursor, and refuses one that it never gave', async () => {
    const first = await json('/v1/rehearsals?limit=1&cursor=');
    expect((first.body as { items: unknown[] }).items).toHaveLength(1);
    for (const cursor of ['garbage', 'rh-0000000000000000', '%00']) {
      const refused = { status: 400, body: { code: 'invalid-request', problems: [{ key: 'querystring.cursor' }] } };
      expect(await json(`/v1/rehearsals?cursor=${cursor}`)).toMatchObject(refused);
    }
  });

  it('asks again as a new rehearsal, and keeps what was judged', async () => {
    const { id, archive } = await judged(service, '3.4.0');
    const { status, body } = await json(`/v1/rehearsals/${id}/rerun`, { method: 'POST' });
    const rerun = body as { id: string; attempt: number };
    expect([status, rerun.attempt]).toEqual([202, 2]);
    expect(rerun.id).not.toBe(id);
    await untilStatus(service, rerun.id, 'judged');
    expect((await json(`/v1/rehearsals/${id}`)).body).toMatchObject({ verdict: 'pass' });
    expect((await submitted(service, archive)).body.id).toBe(rerun.id);
  });
});

/** It waits in its first run until the file is removed. */
async function heldRehearsal(version: string) {
  await writeFile(join(service.dir, 'hold-control'), '');
  const { body } = await submitted(service, await makeBundle(service.dir, version));
  return { id: body.id, path: `/v1/rehearsals/${body.id}/events` };
}

async function eventsOf(path: string, headers: Readonly<Record<string, string>> = {}) {
  return eventsIn(await (await service.ask(path, { headers })).text());
}

function eventsIn(text: string) {
  const events: { number: number; kind: string; content: unknown }[] = [];
  for (const [, id, kind, data] of text.matchAll(/id: (\d+)\nevent: (\S+)\ndata: (.*)\n\n/g)) {
    events.push({ number: Number(id), kind: kind ?? '', content: JSON.parse(data ?? '') });
  }
  return events;
}
