import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { Workshop } from './workshop.ts';

/** Leaves one database, under the name that ours have; the standing ones are made anew, for people work in them too. */
export async function keepOneDatabase(workshop: Workshop, kept: string, name: string): Promise<void> {
  {
    await using session = await workshop.connect(kept);
    await session.query('DELETE FROM pg_subscription');
    const others = await session.query<{ other: string }>(
      `SELECT quote_ident(datname) AS other FROM pg_database WHERE datname NOT IN ($1, 'template0', 'template1')`,
      [kept],
    );
    for (const { other } of others) {
      await session.query(`ALTER DATABASE ${other} IS_TEMPLATE false`);
      await session.query(`DROP DATABASE ${other} WITH (FORCE)`);
    }
  }
  if (kept !== name) {
    await using session = await workshop.connect('template1');
    await session.query(`ALTER DATABASE ${quoted(kept)} RENAME TO ${quoted(name)}`);
  }
  await using session = await workshop.connect(name);
  await session.query('ALTER DATABASE template1 IS_TEMPLATE false');
  await session.query('DROP DATABASE template1 WITH (FORCE)');
  await session.query('CREATE DATABASE template1 TEMPLATE template0 IS_TEMPLATE true');
  await session.query('CREATE DATABASE postgres TEMPLATE template0');
}

/** Takes every row, large object and sample of rows away: what is truncated gets new, empty files. */
export async function emptyDatabase(session: BulkSession): Promise<void> {
  await session.query("SET session_replication_role = 'replica'; SET allow_system_table_mods = on");
  const tables = await session.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
  );
  if (tables.length > 0) await session.query(`TRUNCATE ONLY ${tables.map(({ name }) => name).join(', ONLY ')}`);
  await session.query('TRUNCATE pg_largeobject');
  await session.query('DELETE FROM pg_statistic; DELETE FROM pg_statistic_ext_data');
}

/** Views that keep rows; in the order in which they were made, for one may read another. */
export async function refreshViews(session: SqlSession): Promise<void> {
  const views = await session.query<{ name: string; filled: boolean }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relispopulated AS filled
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' ORDER BY c.oid`,
  );
  for (const { name, filled } of views) {
    await session.query(`REFRESH MATERIALIZED VIEW ${name}${filled ? '' : ' WITH NO DATA'}`);
  }
}

/** Masked rows came in with the triggers off that guard references: whether they hold is asked now. */
export async function validateReferences(session: SqlSession): Promise<void> {
  const references = await session.query<{ oid: string; name: string; table: string }>(
    `SELECT k.oid::text AS oid, quote_ident(k.conname) AS name, k.conrelid::regclass::text AS table
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
     WHERE k.contype = 'f' AND k.convalidated AND k.conparentid = 0 AND c.relkind = 'r'`,
  );
  for (const { oid, name, table } of references) {
    await session.query('UPDATE pg_constraint SET convalidated = false WHERE oid = $1::oid', [oid]);
    await session.query(`ALTER TABLE ONLY ${table} VALIDATE CONSTRAINT ${name}`);
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
