import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import type { Clone, CloneHost, CloneRequest } from '../../../shared/edge/ports/clone-host.ts';
import type { SealedSnapshot } from '../../../shared/edge/ports/snapshots.ts';
import type { SqlSession } from '../../../shared/edge/ports/sql.ts';
import { type DataRoot, type DataRootOptions, openDataRoot } from '../../../workers/hosts/data-root.ts';
import { openSnapshots } from '../../../workers/snapshots/open-snapshots.ts';

/** What a host is opened with: the same parts as `chooseHost` gives. */
export interface HostParts {
  readonly dataRoot: DataRoot;
  readonly sql: typeof pgSql;
  readonly clock: typeof systemClock;
}

/** A data root, a small sealed snapshot, a bundle and a directory of tools; leaving the scope removes all of it. */
export interface CloneHostLab extends AsyncDisposable {
  readonly parts: HostParts;
  readonly root: string;
  readonly snapshot: SealedSnapshot;
  readonly bundleDir: string;
  readonly toolsDir: string;
  request(changes?: Partial<CloneRequest>): CloneRequest;
}

export const seed = `
CREATE TABLE alerts (id int PRIMARY KEY, state text NOT NULL);
INSERT INTO alerts SELECT n, 'open' FROM generate_series(1, 100) n;
`;

export async function openCloneHostLab(
  options: DataRootOptions & { readonly major?: number } = {},
): Promise<CloneHostLab> {
  const home = await mkdtemp(join(tmpdir(), 'rehearsal-lab-'));
  await using failed = new AsyncDisposableStack();
  failed.defer(() => rm(home, { recursive: true, force: true }));
  const [root, bundleDir, toolsDir] = [join(home, 'root'), join(home, 'bundle'), join(home, 'tools')];
  execFileSync('chmod', ['0755', home]);
  await writeBundle(bundleDir);
  await mkdir(toolsDir);
  await writeFile(join(toolsDir, 'tool.mjs'), 'console.log("a tool of ours");\n');
  const dataRoot = await openDataRoot(root, options);
  failed.defer(() => dataRoot.close());
  const parts: HostParts = { dataRoot, sql: pgSql, clock: systemClock };
  const snapshots = await openSnapshots(parts);
  const snapshot = await snapshots.fromSql({ bundleDir, files: ['seed.sql'], major: options.major ?? 17 });
  const held = failed.move();
  return {
    parts,
    root,
    snapshot,
    bundleDir,
    toolsDir,
    request: (changes = {}) => ({ snapshot, owner: owner(), bundleDir, toolsDir, settings: {}, ...changes }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export const owner = (expiresInMs = 600_000): CloneRequest['owner'] => ({
  rehearsalId: 'rh-0123456789abcdef',
  runId: 'control',
  expiresAt: new Date(Date.now() + expiresInMs),
});

async function writeBundle(dir: string): Promise<void> {
  await mkdir(join(dir, 'app'), { recursive: true });
  await writeFile(join(dir, 'seed.sql'), seed);
  await writeFile(join(dir, 'app', 'hello.sh'), '#!/bin/sh\necho hello from "$PWD"\n', { mode: 0o755 });
  await writeFile(join(dir, 'app', 'not-a-program'), 'text', { mode: 0o644 });
}

/** A session on the clone as our superuser. */
export const asAdmin = (clone: Clone): Promise<SqlSession> =>
  pgSql.connect(clone.admin, 'rehearsal/test', 'of-the-role');

/** Fails loudly instead of waiting for ever; nothing waits longer than the state takes to come. */
export async function until(what: string, isSo: () => Promise<boolean>, waitMs = 15_000): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${waitMs} ms: ${what}`);
    await systemClock.wait(20);
  }
}

export type OpenHost = (parts: HostParts) => Promise<CloneHost>;
