import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startTimeOf } from '../../../shared/edge/adapters/owner-process.ts';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress } from '../../../shared/edge/ports/sql.ts';
import { type OpenHost, openCloneHostLab, until } from './clone-host-lab.ts';

/** How another process opens the same kind of host: a function that takes `HostParts` and more options. */
export interface Opener {
  /** URL of the module. */
  readonly module: string;
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What a clone's owner leaves behind when it is killed is found and removed by the next one. */
export function crashedOwnerContract(name: string, open: OpenHost, opener: Opener): void {
  test(`${name}: what a killed owner leaves is removed by a reaper`, async () => {
    await using lab = await openCloneHostLab();
    const script = fileURLToPath(new URL('crashing-owner.ts', import.meta.url));
    const args = [script, lab.root, lab.bundleDir, lab.toolsDir, JSON.stringify(opener)];
    const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(owner, 'exit');
    try {
      const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
      const left = JSON.parse(line) as { readonly id: string; readonly admin: ServerAddress; readonly pid: number };
      owner.kill('SIGKILL');
      await exited;
      await using session = await pgSql.connect(left.admin, 'rehearsal/test');
      expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      const host = await open(lab.parts);
      await host.reap();
      await expect(pgSql.connect(left.admin, 'rehearsal/test')).rejects.toThrow();
      await until('its command is gone', async () => startTimeOf(left.pid) === undefined);
    } finally {
      owner.kill('SIGKILL');
    }
  });
}
