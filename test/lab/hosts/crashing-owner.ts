/** A process of its own that makes a clone with a running command, says what it made, and waits to be killed. */
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { CloneHost } from '../../../shared/edge/ports/clone-host.ts';
import { openDataRoot } from '../../../workers/hosts/data-root.ts';
import { openSnapshots } from '../../../workers/snapshots/open-snapshots.ts';
import type { Opener } from './crashed-owner-contract.ts';

const [root = '', bundleDir = '', toolsDir = '', opener = '{}'] = process.argv.slice(2);
const { module, name, options } = JSON.parse(opener) as Opener;
const parts = { dataRoot: await openDataRoot(root), sql: pgSql, clock: systemClock };
const imported = (await import(module)) as Record<string, (parts: object) => Promise<CloneHost>>;
const host = await imported[name]?.({ ...parts, ...options });
if (host === undefined) throw new Error(`${module} has no ${name}`);
const snapshot = await (await openSnapshots(parts)).fromSql({ bundleDir, files: ['seed.sql'], major: 17 });
const owner = { rehearsalId: 'rh-0123456789abcdef', runId: 'control', expiresAt: new Date(Date.now() + 600_000) };
const clone = await host.clone({ snapshot, owner, bundleDir, toolsDir, settings: {} });
const command = ['node', '-e', 'setInterval(()=>{},1000)'];
const running = await clone.start({ name: 'test', command, dir: '.', env: {} });
process.stdout.write(`${JSON.stringify({ id: clone.id, admin: clone.admin, pid: running.pid })}\n`);
setInterval(() => undefined, 1000);
