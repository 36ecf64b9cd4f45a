import type { LockMode } from '../../shared/domain/lock.ts';
import type { HeldRows } from '../../shared/domain/run.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { columnToRewrite, type ResolvedTable, resolveTable } from './resolve-table.ts';

/** What an actor does, in its open transaction, to hold a lock. Settles when it is held; throws SqlError. */
export async function takeLock(session: SqlSession, relation: string, mode: LockMode): Promise<void> {
  const table = await resolveTable(session, relation);
  if (table !== null && mode === 'AccessShareLock') {
    await session.query(`SELECT 1 FROM ${table.quoted} LIMIT 1`);
  } else if (table !== null && mode === 'RowShareLock') {
    await session.query(`SELECT 1 FROM ${table.quoted} LIMIT 1 FOR UPDATE`);
  } else if (table !== null && mode === 'RowExclusiveLock') {
    await session.query(writeOneRow(table));
  } else {
    const [row] = await session.query<{ quoted: string }>(quotedSql, [relation]);
    await session.query(`LOCK TABLE ${row?.quoted ?? quoteParts(relation)} IN ${lockWords(mode)} MODE`);
  }
}

/**
 * Holds rows as a writer does who leaves their keys alone: whoever only refers to them passes. Rows that somebody has
 * already are left to him. Settles when they are held; throws SqlError.
 */
export async function takeRows(session: SqlSession, relation: string, { fromPage, rowsMax }: HeldRows): Promise<void> {
  const [row] = await session.query<{ quoted: string }>(quotedSql, [relation]);
  const table = `ONLY ${row?.quoted ?? quoteParts(relation)}`;
  const [few] = await session.query<{ all: boolean }>(
    `SELECT count(*) <= ${rowsMax} AS all FROM (SELECT FROM ${table} LIMIT ${rowsMax + 1}) AS few`,
  );
  const where = few?.all ? '' : `WHERE ctid >= '(${fromPage},0)'`;
  await session.query(
    `SELECT count(*) FROM (SELECT FROM ${table} ${where} LIMIT ${rowsMax} FOR NO KEY UPDATE SKIP LOCKED) AS held`,
  );
}

const quotedSql = `SELECT format('%I.%I', n.nspname, c.relname) AS quoted
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname || '.' || c.relname = $1`;

/** Let the server say that there is no such relation. */
const quoteParts = (relation: string): string =>
  relation
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');

/** `ShareRowExclusiveLock` → `SHARE ROW EXCLUSIVE` */
const lockWords = (mode: LockMode): string =>
  mode
    .replace(/Lock$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();

/** Writes the last row back as it is; on an empty table it still holds the table's lock. */
function writeOneRow(table: ResolvedTable): string {
  const names = table.columns.map((column) => column.name);
  const column = columnToRewrite(table, names);
  if (column === null) return `LOCK TABLE ${table.quoted} IN ROW EXCLUSIVE MODE`;
  const set = `UPDATE ${table.quoted} SET ${column.quoted} = ${column.quoted}`;
  if (table.key.length === 0) {
    const its = (place: string) => `${place} = (SELECT ${place} FROM ${table.quoted} LIMIT 1)`;
    return `${set} WHERE ${its('ctid')} AND ${its('tableoid')}`;
  }
  const key = table.key.map((part) => part.quoted);
  const last = key.map((part) => `${part} DESC`).join(', ');
  return `${set} WHERE (${key}) = (SELECT ${key} FROM ${table.quoted} ORDER BY ${last} LIMIT 1)`;
}
