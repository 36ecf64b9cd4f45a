import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone } from '../../../shared/edge/ports/clone-host.ts';
import { openProcessHost } from '../../../workers/hosts/process/open-process-host.ts';
import { describeWith } from '../../support/require.ts';
import { cloneHostContract } from './clone-host-contract.ts';
import { type CloneHostLab, openCloneHostLab } from './clone-host-lab.ts';
import { crashedOwnerContract } from './crashed-owner-contract.ts';

const module = new URL('../../../workers/hosts/process/open-process-host.ts', import.meta.url).href;
const name = 'openProcessHost';

cloneHostContract('process host, watched memory', (parts) => openProcessHost({ ...parts, memory: 'watchdog' }));
crashedOwnerContract('process host, watched memory', (parts) => openProcessHost({ ...parts, memory: 'watchdog' }), {
  module,
  name,
  options: { memory: 'watchdog' },
});

describeWith('root', 'memory limited by the kernel', () => {
  cloneHostContract('process host, cgroups', (parts) => openProcessHost(parts));
  crashedOwnerContract('process host, cgroups', (parts) => openProcessHost(parts), { module, name });

  test('says which of the two limits memory', async () => {
    await using lab = await openCloneHostLab();
    expect((await (await openProcessHost(lab.parts)).facts(17)).memoryLimit).toBe('cgroup');
    expect((await (await openProcessHost({ ...lab.parts, memory: 'watchdog' })).facts(17)).memoryLimit).toBe(
      'watchdog',
    );
  });
});

describeWith('root', 'process host under root', () => {
  let lab: CloneHostLab;
  let one: Clone;
  let other: Clone;
  beforeAll(async () => {
    lab = await openCloneHostLab();
    const host = await openProcessHost(lab.parts);
    one = await host.clone(lab.request());
    other = await host.clone(lab.request());
  });
  afterAll(async () => {
    await one?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
    expect(await readdir(lab.parts.dataRoot.clones)).toEqual([]);
    await lab?.[Symbol.asyncDispose]();
  });
  const run = async (clone: Clone, script: string): Promise<string> => {
    await using process = await clone.start({ name: 'test', command: ['node', '-e', script], dir: '.', env: {} });
    await process.exited;
    return process.output().stdout + process.output().stderr;
  };

  test('commands of two clones are two users, and neither is root nor the server', async () => {
    const users = await Promise.all([one, other].map((clone) => run(clone, 'console.log(process.getuid())')));
    expect(new Set(users).size).toBe(2);
    expect(users.map(Number)).not.toContain(0);
    const look = `try{require("fs").readdirSync(${JSON.stringify(`${lab.parts.dataRoot.clones}/${one.id}/pgdata`)})}catch(e){console.log(e.code)}`;
    expect(await run(one, look)).toBe('EACCES\n');
  });

  test("a command cannot read another clone's bundle, nor the snapshots, nor list the clones", async () => {
    for (const path of [other.bundlePath, lab.snapshot.pgdata, lab.parts.dataRoot.clones]) {
      expect(
        await run(one, `try{require("fs").readdirSync(${JSON.stringify(path)})}catch(e){console.log(e.code)}`),
      ).toBe('EACCES\n');
    }
  });
});

describe('process host with plain copies', () => {
  test('clones where the disk cannot share blocks, and says so', async () => {
    await using lab = await openCloneHostLab({ loop: 'off' });
    const host = await openProcessHost(lab.parts);
    await using clone = await host.clone(lab.request());
    expect(clone.method).toBe(lab.parts.dataRoot.method);
  });
});

for (const major of [15, 18]) {
  test(`PostgreSQL ${major} is here too, side by side`, async () => {
    await using lab = await openCloneHostLab({ major });
    const host = await openProcessHost(lab.parts);
    await using clone = await host.clone(lab.request());
    await using session = await lab.parts.sql.connect(clone.admin, 'rehearsal/test');
    const [{ version } = { version: '' }] = await session.query<{ version: string }>(
      "SELECT current_setting('server_version') AS version",
    );
    expect(version).toMatch(new RegExp(`^${major}\\.`));
    expect((await host.facts(major)).postgres).toBe(version);
    await expect(session.query('SELECT 1/0')).rejects.toMatchObject({ sqlstate: '22012' });
    expect(await clone.serverLog()).toContain('"state_code":"22012"');
  });
}
