import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../../domain/problem.ts';
import type { Ask, Database } from './database.ts';

/** Any number; the same in every version, so that two processes that start at once migrate one after the other. */
const migrationLock = 727_130_001;
/** A process of an older version may be at work: traffic waits behind us so long at most, and we start again. */
export const lockTimeout = '5s';
const directory = join(import.meta.dirname, '../../../../infra/database');

/** Applies what is missing of `infra/database/NNNN-*.sql`, in one transaction; nothing else changes the schema. */
export async function migrateStore(database: Database): Promise<void> {
  const files = (await readdir(directory)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  await database.transaction(async (rows) => {
    await rows('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await rows(`SET LOCAL lock_timeout = '${lockTimeout}'`);
    await rows('CREATE TABLE IF NOT EXISTS service_migrations (name text PRIMARY KEY, digest text NOT NULL)');
    const applied = await appliedDigests(rows);
    refuseNewerStore(files, applied);
    for (const name of files) await applyOnce(rows, name, applied.get(name));
  });
}

async function appliedDigests(rows: Ask): Promise<ReadonlyMap<string, string>> {
  const found = await rows<{ name: string; digest: string }>('SELECT name, digest FROM service_migrations');
  return new Map(found.map(({ name, digest }) => [name, digest]));
}

async function applyOnce(rows: Ask, name: string, known: string | undefined): Promise<void> {
  const sql = await readFile(join(directory, name), 'utf8');
  const digest = createHash('sha256').update(sql).digest('hex');
  if (known === digest) return;
  if (known !== undefined) {
    throw new RehearsalError(
      'ours',
      'changed-migration',
      `infra/database/${name} was changed after it had been applied to this database.`,
      'Restore the file and put the change into a new, higher-numbered one.',
    );
  }
  await rows(sql);
  await rows('INSERT INTO service_migrations (name, digest) VALUES ($1, $2)', [name, digest]);
}

function refuseNewerStore(files: readonly string[], applied: ReadonlyMap<string, string>): void {
  const unknown = [...applied.keys()].filter((name) => !files.includes(name));
  if (unknown.length === 0) return;
  throw new RehearsalError(
    'machine',
    'newer-store',
    `The database was migrated by a newer version of Rehearsal (${unknown.join(', ')}).`,
    'Start the version that made it, or a newer one.',
  );
}
