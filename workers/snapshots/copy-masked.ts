import { RehearsalError } from '../../shared/domain/problem.ts';
import type { BulkSession } from '../../shared/edge/ports/bulk-sql.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import type { DumpedTable, Masking } from './masking-policy.ts';
import type { ScriptPlace } from './run-script.ts';

export interface MaskedCopy {
  /** Where the raw rows go; its data are thrown away. */
  readonly scratch: BulkSession;
  /** Where only masked rows go. */
  readonly into: BulkSession;
  readonly table: DumpedTable;
  readonly maskings: ReadonlyMap<string, Masking> | undefined;
  readonly place: ScriptPlace;
}

/** Raw rows in, masked rows out, a piece at a time; the raw ones are gone from the scratch table afterwards. */
export async function copyMasked(
  { scratch, into, table, maskings, place }: MaskedCopy,
  rows: AsyncIterable<Buffer>,
): Promise<void> {
  const name = table.table.split('.').map(quoted).join('.');
  const masked = table.columns
    .map((column) => ({ column, masking: maskings?.get(column) ?? { kind: 'drop' as const } }))
    .filter(({ masking }) => masking.kind !== 'drop');
  const expressions = masked.map(({ column, masking }) =>
    masking.kind === 'sql' ? `(${masking.expression})` : quoted(column),
  );
  const kept = masked.map(({ column }) => quoted(column)).join(', ');
  await step('its rows could not be read', () =>
    scratch.copyIn(`COPY ${name} (${table.columns.map(quoted).join(', ')}) FROM STDIN`, rows),
  );
  await step('its masked rows are refused', async () => {
    if (masked.length > 0) {
      const selected = scratch.copyOut(`COPY (SELECT ${expressions.join(', ')} FROM ONLY ${name}) TO STDOUT`);
      await into.copyIn(`COPY ${name} (${kept}) FROM STDIN`, selected);
    } else {
      const [{ n } = { n: 0 }] = await scratch.query<{ n: number }>(`SELECT count(*)::int AS n FROM ONLY ${name}`);
      await into.query(`INSERT INTO ${name} SELECT FROM generate_series(1, ${n})`);
    }
  });
  await scratch.query(`TRUNCATE ONLY ${name}`);

  /**
   * What the server says quotes values of rows, so of its answer only the code goes on, and no cause either. Errors of
   * class 42 are about the expression itself, before any row was read.
   */
  async function step(what: string, work: () => Promise<void>): Promise<void> {
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
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
