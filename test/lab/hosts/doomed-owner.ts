import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { CloneRequest } from '../../../shared/edge/ports/clone-host.ts';
import { openDataRoot } from '../../../workers/hosts/data-root.ts';
import { openDockerHost } from '../../../workers/hosts/docker/open-docker-host.ts';

/**
 * Makes a clone with a process in it, says the clone's id, and waits to be killed. Orders are the JSON of the last
 * argument.
 */
const { root, request } = JSON.parse(process.argv.at(-1) ?? '') as {
  readonly root: string;
  readonly request: CloneRequest;
};
const dataRoot = await openDataRoot(root);
const host = await openDockerHost({ dataRoot, sql: pgSql, clock: systemClock });
const owner = { ...request.owner, expiresAt: new Date(request.owner.expiresAt) };
const clone = await host.clone({ ...request, owner });
await clone.start({ name: 'sleeper', command: ['sleep', '600'], dir: '.', env: {} });
process.stdout.write(`${clone.id}\n`);
setInterval(() => undefined, 1000);
