import type { DatabaseState } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { readHeldLocks } from './read-held-locks.ts';
import { readLedgers } from './read-ledgers.ts';
import { inReadOnlySnapshot } from './read-only-snapshot.ts';
import { readRowCounts } from './read-row-counts.ts';
import { readSchema } from './read-schema.ts';

export interface StateOptions {
  /** Ledger tables that the manifest names, `name` or `schema.name`; others are recognised by their shape. */
  readonly namedLedgers: readonly string[];
  /** Default true; false: every table is named in `uncounted`. */
  readonly countRows?: boolean;
}

/**
 * Schema and ledgers at one moment, then the number of rows of each table. Throws SqlError where the catalogs cannot
 * be read in time; a table that cannot be counted is named in `uncounted`.
 */
export async function readDatabaseState(session: SqlSession, options: StateOptions): Promise<DatabaseState> {
  const { schema, ledgers, heldLocks } = await inReadOnlySnapshot(session, async () => ({
    schema: await readSchema(session),
    ledgers: await readLedgers(session, options.namedLedgers),
    heldLocks: await readHeldLocks(session),
  }));
  const books = { ledgers, ...(heldLocks.length === 0 ? {} : { heldLocks }) };
  if (options.countRows === false) {
    const tables = schema.objects.filter((object) => object.kind === 'table').map((object) => object.name);
    return { schema, ...books, rowCounts: [], uncounted: tables };
  }
  const { rowCounts, uncounted } = await readRowCounts(session);
  return { schema, ...books, rowCounts, ...(uncounted.length === 0 ? {} : { uncounted }) };
}
