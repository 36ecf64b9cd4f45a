import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitlabSecret, payloadOfGitlab, signedCall } from '../../support/forges/gitlab-call.ts';
import { adminToken, makeBundle, startService, type TestService } from './service.ts';

/** Any number; a failure names the round, and the same seed makes the same rounds. */
const seed = 20_260_301;
const rounds = 60;

let service: TestService;
let archive: Buffer;
beforeAll(async () => {
  service = await startService('postgres', { gitlab: { secret: gitlabSecret } });
  archive = await makeBundle(service.dir, '8.0.0');
});
afterAll(() => service[Symbol.asyncDispose]());

/** mulberry32: small, and the same everywhere. */
function randomFrom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Some bytes changed, some cut off, some put in twice. */
function mangled(bytes: Buffer, random: (below: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let times = random(8); times >= 0; times -= 1) copy[random(copy.length)] = random(256);
  const end = random(3) === 0 ? random(copy.length) : copy.length;
  const repeated = random(4) === 0 ? copy.subarray(0, random(copy.length)) : Buffer.alloc(0);
  return Buffer.concat([copy.subarray(0, end), repeated]);
}

const ask = (path: string, headers: Readonly<Record<string, string>>, body: Uint8Array | string) =>
  fetch(new URL(path, service.address), {
    ...{ method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body) },
    headers: { authorization: `Bearer ${adminToken}`, ...headers },
    signal: AbortSignal.timeout(20_000),
  });

/** Whatever came in, the answer is a refusal or a success, soon, and a refusal is a problem document. */
async function refusedOrDone(round: string, response: Response): Promise<void> {
  expect({ round, isOurs: response.status >= 500 }).toEqual({ round, isOurs: false });
  const text = await response.text();
  if (response.status < 400) return;
  // The gate's refusals are answers.
  const { code, answer } = JSON.parse(text) as { readonly code?: string; readonly answer?: string };
  expect(code ?? answer).toMatch(/^[a-z-]+$/);
}

describe('whatever is sent', () => {
  it('as an archive is refused or taken, and nothing of it stays behind', async () => {
    const random = randomFrom(seed);
    const plain = gunzipSync(archive);
    for (let round = 0; round < rounds; round += 1) {
      const kinds = [
        () => ask('/v1/rehearsals', { 'content-type': 'application/x-tar' }, mangled(plain, random)),
        () => ask('/v1/rehearsals', { 'content-type': 'application/gzip' }, mangled(archive, random)),
        () => ask('/v1/rehearsals', { 'content-type': 'application/gzip' }, gzipSync(mangled(plain, random))),
        () => ask('/v1/rehearsals', { 'content-type': 'application/zstd' }, mangled(archive, random)),
      ] as const;
      const send = kinds[round % kinds.length] ?? kinds[0];
      await refusedOrDone(`archive ${round}`, await send());
    }
    const left = await readdir(`${service.dir}/incoming`, { recursive: true });
    expect(left.filter((name) => name !== 'unpacked')).toEqual([]);
  });

  it('as a form is refused or taken', async () => {
    const random = randomFrom(seed + 1);
    const boundary = 'x-boundary';
    const form = Buffer.concat([
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="bundle"; filename="../../b.tar"\r\n\r\n`),
      archive,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    for (let round = 0; round < rounds / 2; round += 1) {
      const headers = { 'content-type': `multipart/form-data; boundary=${round % 5 === 0 ? 'y' : boundary}` };
      await refusedOrDone(`form ${round}`, await ask('/v1/rehearsals', headers, mangled(form, random)));
    }
  });

  it('as JSON is refused or taken', async () => {
    const random = randomFrom(seed + 2);
    const decision = { service: 'a', by: 'c', reason: 'd', until: '2999-01-01' };
    const valid: Readonly<Record<string, object>> = {
      '/v1/waivers': { ...decision, check: 'b' },
      '/v1/overrides': { ...decision, version: '1' },
      '/v1/tokens': { name: 'n', scopes: ['read'], service: 'a' },
      '/v1/environments/a/b/schema': { fingerprint: `sha256:${'0'.repeat(64)}` },
      '/v1/webhooks': { url: 'http://10.0.0.1/', service: 'a' },
    };
    const odd: readonly unknown[] = [
      null,
      true,
      1e308,
      -1,
      '',
      '\u0000',
      '\ud800',
      'x'.repeat(5_000),
      [],
      {},
      { toString: 1 },
    ];
    const paths = Object.keys(valid);
    for (let round = 0; round < rounds * 2; round += 1) {
      const path = paths[round % paths.length] ?? '';
      const body: Record<string, unknown> = { ...valid[path] };
      const keys = [...Object.keys(body), ...Object.keys(body), '__proto__', 'constructor'];
      body[keys[random(keys.length)] ?? ''] = odd[random(odd.length)];
      const text = JSON.stringify(random(6) === 0 ? odd[random(odd.length)] : body);
      const sent = random(5) === 0 ? mangled(Buffer.from(text), random) : text;
      await refusedOrDone(`JSON ${round} ${path}`, await ask(path, { 'content-type': 'application/json' }, sent));
    }
  });

  it('as a call of GitLab, signed or not, is refused or taken', async () => {
    const random = randomFrom(seed + 4);
    const odd: readonly unknown[] = [
      null,
      true,
      1e308,
      -1,
      2 ** 53,
      '',
      '\u0000',
      'x'.repeat(5_000),
      [],
      {},
      { id: -1 },
    ];
    const path = '/v1/integrations/gitlab/status-checks?service=alerts';
    for (let round = 0; round < rounds; round += 1) {
      const payload = structuredClone(payloadOfGitlab()) as Record<string, Record<string, unknown>>;
      const part = payload[['object_attributes', 'external_approval_rule'][random(2)] ?? ''] ?? {};
      const keys = [...Object.keys(part), '__proto__'];
      part[keys[random(keys.length)] ?? ''] = odd[random(odd.length)];
      const { headers, body } = signedCall(random(6) === 0 ? odd[random(odd.length)] : payload);
      const sent = random(5) === 0 ? mangled(Buffer.from(String(body)), random) : String(body);
      await refusedOrDone(`call ${round}`, await ask(path, headers as Record<string, string>, sent));
    }
  });

  it('as a name with U+0000 is refused', async () => {
    const response = await service.ask('/v1/gate?service=%00&version=1');
    expect(response.status).toBe(400);
  });

  it('as no HTTP at all does not keep others from being served', async () => {
    const random = randomFrom(seed + 3);
    const { hostname, port } = new URL(service.address);
    for (let round = 0; round < 10; round += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => socket.destroy());
      socket.write(Buffer.from(Array.from({ length: 200 }, () => random(256))));
      await new Promise((resolve) => socket.once('close', resolve).once('data', () => socket.destroy()));
    }
    expect((await service.ask('/healthz')).status).toBe(200);
  });
});
