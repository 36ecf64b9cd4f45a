import { basename } from 'node:path/posix';
import type { Client } from 'pg';
import { ledgerVersion } from '../../shared/plan/ledger-version.ts';
import { Failure, send } from './failure.ts';

/** The table that says which files were applied. */
export interface Ledger {
  has(file: string): boolean;
  /** The statement that records a file. */
  entry(file: string): string;
}

const integers = ['smallint', 'integer', 'bigint'];
const texts = ['text', 'character varying'];

/**
 * Looks the ledger up and makes it where it is missing: one question, then CREATE TABLE or one SELECT.
 * Throws Failure where a table of that name cannot be a ledger, or two files would have one entry.
 */
export async function openLedger(client: Client, name: string, files: readonly string[]): Promise<Ledger> {
  const table = name.split('.').map(quoteIdentifier).join('.');
  const where = `ledger ${name}`;
  const columns = await columnsOf(client, table, where);
  const version = columns.get('version');
  if (columns.size === 0) {
    const shape = '(version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())';
    await send(client, `CREATE TABLE ${table} ${shape}`, where);
  } else if (version === undefined || ![...integers, ...texts].includes(version)) {
    throw new Failure(`${where}: the table has no column \`version\` of type text or integer.`);
  }
  const kind = integers.includes(version ?? '') ? 'integer' : 'text';
  const versions = versionsOf(files, kind, where);
  const recorded = columns.size === 0 ? new Set<string>() : await recordedIn(client, table, where);
  return {
    has: (file) => recorded.has(versions.get(file) ?? ''),
    entry: (file) => insertion(table, versions.get(file) ?? '', kind, columns.has('dirty')),
  };
}

async function columnsOf(client: Client, table: string, where: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await send(
    client,
    'SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_catalog.pg_attribute' +
      ` WHERE attrelid = to_regclass(${quoteLiteral(table)}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    where,
  );
  return new Map(rows.map((row: { name: string; type: string }) => [row.name, row.type]));
}

async function recordedIn(client: Client, table: string, where: string): Promise<ReadonlySet<string>> {
  const { rows } = await send(client, `SELECT version::text AS version FROM ${table}`, where);
  return new Set(rows.map((row: { version: string }) => row.version));
}

/** What stands for each file: its name, or the digits that it begins with. */
function versionsOf(files: readonly string[], kind: 'integer' | 'text', where: string): ReadonlyMap<string, string> {
  const fileOf = new Map<string, string>();
  for (const file of files) {
    const version = kind === 'text' ? ledgerVersion(file) : leadingNumber(file, where);
    const other = fileOf.get(version);
    if (other !== undefined) throw new Failure(`${where}: ${other} and ${file} would both be version ${version}.`);
    fileOf.set(version, file);
  }
  return new Map([...fileOf].map(([version, file]) => [file, version]));
}

function leadingNumber(file: string, where: string): string {
  const digits = /^[0-9]+/.exec(basename(file))?.[0];
  if (digits === undefined) throw new Failure(`${where}: versions are integers, and ${file} begins with no digits.`);
  return BigInt(digits).toString();
}

function insertion(table: string, version: string, kind: 'integer' | 'text', hasDirty: boolean): string {
  const value = kind === 'integer' ? version : quoteLiteral(version);
  return hasDirty
    ? `INSERT INTO ${table} (version, dirty) VALUES (${value}, false)`
    : `INSERT INTO ${table} (version) VALUES (${value})`;
}

const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Holds under both settings of `standard_conforming_strings`. */
const quoteLiteral = (text: string): string =>
  text.includes('\\') ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll("'", "''")}'`;
