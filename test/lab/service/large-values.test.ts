import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askJson, makeBundle, post, startService, submitted, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
});
afterAll(() => service[Symbol.asyncDispose]());
const json = (path: string, request?: RequestInit) => askJson(service, path, request);

/** Rare characters of four bytes each, which PostgreSQL cannot compress into a row of an index. */
const incompressible = (chars: number) =>
  Array.from({ length: chars }, () => String.fromCodePoint(randomInt(0x20000, 0x2a6d0))).join('');
const decision = { by: 'Ada', reason: 'known', until: '2999-12-31' };

/** The longest text that is taken, by its own schema. */
async function longest(path: string, body: Readonly<Record<string, string>>, key: string): Promise<number> {
  const { status, body: problem } = await json(path, post({ ...body, [key]: incompressible(5_000) }));
  expect({ key, status }).toEqual({ key, status: 400 });
  const [said] = (problem as { problems: { message: string }[] }).problems;
  return Number(/NOT have more than (\d+) characters/.exec(said?.message ?? '')?.[1]);
}

describe('a large value', () => {
  it.each(['99999999999999999999', '9007199254740993', '1e300'])('such as the seed %s is refused', async (seed) => {
    const { response, body } = await submitted(service, await makeBundle(service.dir, '1.0.0'), {}, `?seed=${seed}`);
    expect([response.status, body.code]).toEqual([400, 'invalid-request']);
  });

  it('is taken as a seed as long as it is a whole number to us', async () => {
    const archive = await makeBundle(service.dir, '1.0.1');
    const { response, body } = await submitted(service, archive, {}, `?seed=${Number.MAX_SAFE_INTEGER}`);
    expect(response.status).toBe(202);
    expect((await json(`/v1/rehearsals/${body.id}`)).body).toMatchObject({ seed: Number.MAX_SAFE_INTEGER });
  });

  it.each([
    ['/v1/waivers', { ...decision, service: 's', check: 'c', relation: 'r', phase: 'p', environment: 'e' }],
    ['/v1/overrides', { ...decision, service: 's', version: 'v', environment: 'e' }],
  ])('in %s is taken up to its limit in any script, and refused above it', async (path, body) => {
    const full: Record<string, string> = { ...body };
    for (const key of Object.keys(body).filter((name) => name !== 'until')) {
      full[key] = incompressible(await longest(path, body, key));
    }
    expect((await json(path, post(full))).status).toBe(201);
  });

  it('of the gate is asked about in any script, or refused', async () => {
    const long = { service: incompressible(400), version: incompressible(400), environment: incompressible(400) };
    expect((await json(`/v1/gate?${new URLSearchParams(long)}`)).status).toBe(400);
    const plain = Object.fromEntries(Object.keys(long).map((key) => [key, 'x'.repeat(500)]));
    expect((await json(`/v1/gate?${new URLSearchParams(plain)}`)).status).toBe(404);
  });

  it('of a manifest that no row of an index takes is refused', async () => {
    const manifest = [
      ...['rehearsal: 1', `service: ${incompressible(500)}`, `version: ${incompressible(500)}`],
      ...[`environment: ${incompressible(500)}`, 'snapshot: { sql: [seed.sql] }'],
      ...['migrate: [{ name: pre-deploy, sql: [up.sql] }]', 'apps: none', ''],
    ].join('\n');
    const archive = await makeBundle(service.dir, '', { 'rehearsal.yaml': manifest });
    const { response, body } = await submitted(service, archive);
    expect([response.status, body.code]).toEqual([400, 'invalid-request']);
  });
});
