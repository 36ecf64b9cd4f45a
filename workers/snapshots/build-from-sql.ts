import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseDigest } from '../../shared/domain/ids.ts';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { splitScript } from '../../shared/plan/split-script.ts';
import { isDump, runCopy, runStatement } from './run-script.ts';
import { finishCluster, newPassword } from './seal.ts';
import type { SnapshotStore, StoredSnapshot } from './snapshot-store.ts';
import { openWorkshop, type Workshop, type WorkshopParts } from './workshop.ts';

export interface SqlBuild {
  readonly name: string;
  readonly dir: string;
  readonly files: readonly string[];
  readonly major: number;
  readonly signal?: AbortSignal;
}

/** Part of the digest: a change of how snapshots are made makes new ones. */
const recipe = 'sql 1';
/** CONTRACT 1.4. */
const ownRole = 'app';

/** CONTRACT 1.4: role and database `app`, files in order, autocommit; built once per content and major. */
export async function buildFromSql(
  parts: WorkshopParts,
  store: SnapshotStore,
  build: SqlBuild,
): Promise<StoredSnapshot> {
  const scripts = await Promise.all(
    build.files.map(async (file) => ({ file, text: await readFile(resolve(build.dir, file), 'utf8') })),
  );
  const hash = createHash('sha256').update(`${recipe}\0${build.major}\0`);
  for (const { text } of scripts) hash.update(`${Buffer.byteLength(text)}\0${text}`);
  const digest = parseDigest(`sha256:${hash.digest('hex')}`);
  const version = digest.slice('sha256:'.length, 'sha256:'.length + 12);
  const { signal } = build;
  const make = async () => {
    await parts.dataRoot.requireFree(scripts.reduce((sum, { text }) => sum + 4 * text.length, 0));
    await using workshop = await openWorkshop(parts, build.major, signal);
    const app = { user: ownRole, password: newPassword() };
    await makeOwnDatabase(workshop, app);
    await loadScripts(workshop, app, scripts);
    await demote(workshop, app);
    const admin = await finishCluster(workshop, ownRole);
    const facts = { name: build.name, version, digest, dataAsOf: null, major: build.major };
    const logins = { database: ownRole, admin, migrate: app, apps: app };
    return await store.seal({ kind: 'sql', facts, ...logins, settings: {}, pgdata: workshop.pgdata });
  };
  return store.findOrBuild(build.name, version, make, signal);
}

/** It owns everything that it makes, and is a superuser only until everything is made. */
export async function makeOwnDatabase(workshop: Workshop, { user, password }: Login): Promise<void> {
  await using session = await workshop.connect('postgres');
  await session.query(`CREATE ROLE ${user} LOGIN SUPERUSER PASSWORD '${password}'`);
  await session.query(`CREATE DATABASE ${user} OWNER ${user}`);
}

export async function demote(workshop: Workshop, { user }: Login): Promise<void> {
  await using session = await workshop.connect('postgres');
  await session.query(`ALTER ROLE ${user} NOSUPERUSER`);
}

interface Script {
  readonly file: string;
  readonly text: string;
}

async function loadScripts(workshop: Workshop, app: Login, scripts: readonly Script[]): Promise<void> {
  await using session = await workshop.connect(ownRole, app);
  for (const { file, text } of scripts) {
    const manners = isDump(text) ? 'as-own-role' : 'strict';
    for (const item of splitScript(file, text, ownRole)) {
      const place = { file, line: item.line };
      if (item.kind === 'copy') await runCopy(session, item.sql, [Buffer.from(item.data)], place);
      else await runStatement(session, item.sql, place, manners);
    }
  }
}
