import { RehearsalError } from '../../shared/domain/problem.ts';
import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import type { DumpedTable, Masking } from './masking-policy.ts';
import type { ScriptPlace } from './run-script.ts';

export interface MaskedRows {
  /** Where the raw rows are; only what the policy makes of them leaves it. */
  readonly source: BulkSession;
  /** Where only masked rows go. */
  readonly into: BulkSession;
  readonly table: DumpedTable;
  readonly maskings: ReadonlyMap<string, Masking> | undefined;
  /** Of the rows in a dump. */
  readonly place?: ScriptPlace;
}

export interface MaskedCopy extends Omit<MaskedRows, 'source'> {
  /** Where the raw rows go; its data are thrown away. */
  readonly scratch: BulkSession;
}

/** Raw rows in, masked rows out, a piece at a time; the raw ones are gone from the scratch table afterwards. */
export async function copyMasked({ scratch, ...copy }: MaskedCopy, rows: AsyncIterable<Buffer>): Promise<void> {
  const name = tableName(copy.table);
  await withoutValues(copy, 'its rows could not be read', () =>
    scratch.copyIn(`COPY ${name} (${copy.table.columns.map(quoted).join(', ')}) FROM STDIN`, rows),
  );
  await passMasked({ source: scratch, ...copy });
  await scratch.query(`TRUNCATE ONLY ${name}`);
}

/** What the policy makes of a table's rows, a piece at a time. */
export async function passMasked(rows: MaskedRows): Promise<void> {
  const { source, into, table, maskings } = rows;
  const name = tableName(table);
  const masked = table.columns
    .map((column) => ({ column, masking: maskings?.get(column) ?? { kind: 'drop' as const } }))
    .filter(({ masking }) => masking.kind !== 'drop');
  const expressions = masked.map(({ column, masking }) =>
    masking.kind === 'sql' ? `(${masking.expression})` : quoted(column),
  );
  const kept = masked.map(({ column }) => quoted(column)).join(', ');
  await withoutValues(rows, 'its masked rows are refused', async () => {
    if (masked.length > 0) {
      const selected = source.copyOut(`COPY (SELECT ${expressions.join(', ')} FROM ONLY ${name}) TO STDOUT`);
      await into.copyIn(`COPY ${name} (${kept}) FROM STDIN`, selected);
    } else {
      const [{ n } = { n: '0' }] = await source.query<{ n: string }>(`SELECT count(*)::text AS n FROM ONLY ${name}`);
      await into.query(`INSERT INTO ${name} SELECT FROM generate_series(1, ${n})`);
    }
  });
}

/**
 * What the server says quotes values of rows, so of its answer only the code goes on, and no cause either. Errors of
 * class 42 are about the expression itself, before any row was read.
 */
async function withoutValues(
  { table, place }: Pick<MaskedRows, 'table' | 'place'>,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const code = error.sqlstate === undefined ? 'the connection ended' : `SQLSTATE ${error.sqlstate}`;
    throw new RehearsalError(
      'policy',
      'unmaskable-rows',
      `${table.table}: ${what} (${code}); ${error.sqlstate?.startsWith('42') ? error.message : "the server's words are withheld, because they quote rows"}`,
      `look at the policy of ${table.table}: an expression that fails or makes duplicates, or drop on a column that must not be NULL`,
      { problems: [{ ...place, key: `tables.${table.table}`, message: `${what} (${code})` }] },
    );
  }
}

const tableName = ({ table, schema }: DumpedTable): string =>
  schema === undefined
    ? table.split('.').map(quoted).join('.')
    : [schema, table.slice(schema.length + 1)].map(quoted).join('.');
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
