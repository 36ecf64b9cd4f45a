import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseDigest } from '../../../shared/domain/ids.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { mountSmallDisk } from '../../chaos/small-disk.ts';
import { describeWith } from '../../support/require.ts';
import { eventually, startDatabase } from './parts.ts';
import { askJson, makeBundle, startService, submitted, untilStatus } from './service.ts';

describeWith('root', 'a full disk', () => {
  it('under what the API receives is told as that, and nothing stays behind', async () => {
    await using disk = await mountSmallDisk(16 * 1024 * 1024);
    await using service = await startService('redis', { below: disk.dir });
    const bundle = await makeBundle(service.dir, '1.0.0');
    await disk.fill();
    expect(await submitted(service, bundle)).toMatchObject({
      response: { status: 503 },
      body: { code: 'disk-full', remedy: expect.stringContaining('REHEARSAL_DATA') },
    });
    await disk.free();
    expect((await submitted(service, bundle)).response.status).toBe(202);
  });

  it('of a worker keeps what is under way waiting, and it goes on when there is room', async () => {
    await using disk = await mountSmallDisk(32 * 1024 * 1024);
    await using service = await startService('redis', { below: disk.dir }, { FAKE_RUN_MS: '1000' });
    await service.startWorker();
    const { id } = (await submitted(service, await makeBundle(service.dir, '1.0.0'))).body as { id: string };
    await untilStatus(service, id, 'running');
    await disk.fill();
    const waiting = async () => (await askJson(service, `/v1/rehearsals/${id}`)).body;
    await eventually(async () => /of disk left/.test(JSON.stringify(await waiting())));
    await disk.free();
    await untilStatus(service, id, 'judged');
    expect(await waiting()).toMatchObject({ verdict: 'pass' });
  });

  it('under the store is a store that will be back', async () => {
    await using disk = await mountSmallDisk(160 * 1024 * 1024);
    await using database = await startDatabase(disk.dir);
    await using store = await openStore({ url: database.url, onError: () => undefined });
    const [path, digest] = [join(disk.dir, 'bundle'), parseDigest(`sha256:${'0'.repeat(64)}`)];
    await writeFile(path, Buffer.alloc(8 * 1024 * 1024, 'x'));
    await disk.fill();
    await expect(store.bundles.put(digest, path)).rejects.toMatchObject({
      ...{ code: 'store-unreachable', fault: 'machine' },
      message: expect.stringMatching(/no room/),
    });
    await disk.free();
    await store.bundles.put(digest, path);
    expect(await store.bundles.keep(digest)).toBe(true);
  });
});
