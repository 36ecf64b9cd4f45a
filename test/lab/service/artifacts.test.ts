import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../../shared/domain/ids.ts';
import { openDatabase } from '../../../shared/edge/adapters/store/database.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { type BucketServer, startBucketServer } from './bucket-server.ts';
import { startDatabase } from './parts.ts';
import { adminToken, artifactsOf, askJson, makeBundle, startService, submitted, untilStatus } from './service.ts';
import { asOwner } from './store-owner.ts';

type Env = Readonly<Record<string, string>>;

let database: Awaited<ReturnType<typeof startDatabase>>;
let bucket: BucketServer;
let dir: string;
beforeAll(async () => {
  [database, bucket] = await Promise.all([startDatabase(), startBucketServer()]);
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-artifacts-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await bucket[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const openAt = (env: Env) => openStore({ url: database.url, onError: () => undefined, artifacts: artifactsOf(env) });

const digestOf = (content: Buffer) => parseDigest(`sha256:${createHash('sha256').update(content).digest('hex')}`);

/** More than one part, and no whole number of them. */
const archiveBytes = 17 * 1024 * 1024 + 11;

async function archive(): Promise<{ readonly path: string; readonly digest: ReturnType<typeof digestOf> }> {
  const content = randomBytes(archiveBytes);
  const digest = digestOf(content);
  const path = join(dir, digest.replace(':', '-'));
  await writeFile(path, content);
  return { path, digest };
}

const inChunks = async (): Promise<readonly string[]> => {
  await using store = openDatabase(database.url, () => undefined);
  const kept = await store.rows<{ digest: string }>('SELECT DISTINCT digest FROM bundle_chunks');
  return kept.map(({ digest }) => digest.replace(':', '-'));
};

describe.each<[string, () => { readonly env: Env; readonly names: () => Promise<readonly string[]> }]>([
  ['the store', () => ({ env: {}, names: inChunks })],
  [
    'a directory',
    () => {
      const there = join(dir, 'mounted');
      const env = { REHEARSAL_ARTIFACTS: pathToFileURL(there).href };
      return { env, names: () => readdir(join(there, 'bundles')) };
    },
  ],
  ['a bucket', () => ({ env: bucket.env, names: bucket.objects })],
])('archives in %s', (_place, of) => {
  it('come back as they went, are kept once, and go when nobody has wanted them for long', async () => {
    const { env, names } = of();
    await using store = await openAt(env);
    const { path, digest } = await archive();
    const name = digest.replace(':', '-');
    await Promise.all([store.bundles.put(digest, path), store.bundles.put(digest, path)]);
    await store.bundles.put(digest, path);
    expect(await names()).toEqual([name]);
    const back = join(dir, 'back');
    await store.bundles.fetch(digest, back);
    expect(digestOf(await readFile(back))).toBe(digest);
    expect(await store.bundles.removeUnused(3_600_000)).toBe(0);
    expect(await store.bundles.keep(digest)).toBe(true);
    expect(await store.bundles.removeUnused(0)).toBe(1);
    expect(await names()).toEqual([]);
    expect(await store.bundles.keep(digest)).toBe(false);
    await expect(store.bundles.fetch(digest, back)).rejects.toMatchObject({ code: 'unknown-bundle' });
    expect((await readdir(dir)).filter((file) => file.startsWith('back.'))).toEqual([]);
    await store.bundles.put(digest, path);
    await store.bundles.fetch(digest, back);
    expect(digestOf(await readFile(back))).toBe(digest);
    expect(await store.bundles.removeUnused(0)).toBe(1);
  });
});

describe('a deployment that changes where archives are kept', () => {
  it('finds what is in the store, moves it when it is sent again, and says where else one would have to look', async () => {
    const { path, digest } = await archive();
    await using before = await openAt({});
    await before.bundles.put(digest, path);
    await using after = await openAt(bucket.env);
    await after.bundles.fetch(digest, join(dir, 'found'));
    await after.bundles.put(digest, path);
    expect(await bucket.objects()).toEqual([digest.replace(':', '-')]);
    expect(await inChunks()).toEqual([]);
    await expect(before.bundles.fetch(digest, join(dir, 'found'))).rejects.toMatchObject({
      code: 'artifacts-unreachable',
      message: expect.stringContaining('s3://archives/team'),
      remedy: expect.stringContaining('REHEARSAL_ARTIFACTS'),
    });
    expect(await after.bundles.removeUnused(0)).toBe(1);
  });

  it('takes again what the bucket has lost', async () => {
    const { path, digest } = await archive();
    await using store = await openAt(bucket.env);
    await store.bundles.put(digest, path);
    await bucket.lose(digest.replace(':', '-'));
    await expect(store.bundles.fetch(digest, join(dir, 'lost'))).rejects.toMatchObject({ code: 'unknown-bundle' });
    await store.bundles.put(digest, path);
    await store.bundles.fetch(digest, join(dir, 'lost'));
    expect(await store.bundles.removeUnused(0)).toBe(1);
  });

  it.each([
    [
      'a directory that nobody has mounted here',
      () => ({ REHEARSAL_ARTIFACTS: pathToFileURL(join(dir, 'empty')).href }),
    ],
    ['a bucket that is not there', () => ({ ...bucket.env, REHEARSAL_ARTIFACTS: 's3://others/team' })],
  ])('does not take what is in %s for gone', async (_what, envOf) => {
    const env: Env = envOf();
    await mkdir(join(dir, 'empty'), { recursive: true });
    const { digest } = await archive();
    await using store = await openAt(env);
    const place = artifactsOf(env)?.place;
    await asOwner(database.url, `INSERT INTO bundles (digest, bytes, kept_in) VALUES ('${digest}', 1, '${place}')`);
    await expect(store.bundles.fetch(digest, join(dir, 'away'))).rejects.toMatchObject({
      ...{ code: 'artifacts-unreachable', remedy: expect.stringMatching(/others|empty/) },
    });
    expect(await store.bundles.keep(digest)).toBe(true);
  });

  it('hears what a bucket refuses, and whom', async () => {
    const { path, digest } = await archive();
    await using store = await openAt({ ...bucket.env, AWS_ACCESS_KEY_ID: 'another' });
    await expect(store.bundles.put(digest, path)).rejects.toMatchObject({
      ...{ code: 'artifacts-unreachable', fault: 'machine' },
      message: expect.stringMatching(/^s3:\/\/archives\/team does not serve: .*403/),
      remedy: expect.stringContaining('the key another'),
    });
  });
});

describe('a service whose bucket does not answer', () => {
  it('refuses submissions and loses nothing that it accepted', async () => {
    await using service = await startService('redis', {}, bucket.env);
    const accepted = await submitted(service, await makeBundle(service.dir, '1.0.0'));
    expect(accepted.response.status).toBe(202);
    await bucket.stop();
    const refused = await submitted(service, await makeBundle(service.dir, '2.0.0'));
    expect(refused.response.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'artifacts-unreachable', remedy: expect.stringContaining('127.0.0.1') });
    await service.startWorker();
    await untilStatus(service, accepted.body.id, 'running');
    await bucket.start();
    await untilStatus(service, accepted.body.id, 'judged');
    expect((await askJson(service, `/v1/rehearsals/${accepted.body.id}`)).body).toMatchObject({ verdict: 'pass' });
  });
});

describe('a bundle that was removed with its evidence', () => {
  it('is not rehearsed again until somebody submits it', async () => {
    await using service = await startService('redis');
    await service.startWorker();
    const bundle = await makeBundle(service.dir, '1.0.0');
    const { body } = await submitted(service, bundle);
    await untilStatus(service, body.id, 'judged');
    while ((await service.store.retention.removeEvidence(0)) > 0);
    expect(await service.store.bundles.removeUnused(0)).toBe(1);
    const rerun = await askJson(service, `/v1/rehearsals/${body.id}/rerun`, { method: 'POST' });
    expect(rerun).toMatchObject({ status: 410, body: { code: 'bundle-removed', remedy: 'Submit the bundle again.' } });
    const again = await fetch(new URL('/v1/rehearsals?seed=7', service.address), {
      method: 'POST',
      headers: { 'content-type': 'application/gzip', authorization: `Bearer ${adminToken}` },
      body: new Uint8Array(bundle),
    });
    expect(again.status).toBe(202);
    const { id } = (await again.json()) as { id: string };
    await untilStatus(service, id, 'judged');
  });
});
