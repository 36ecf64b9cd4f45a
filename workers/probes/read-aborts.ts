import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import { type ServerAddress, type Sql, SqlError } from '../../shared/edge/ports/sql.ts';

/** A server keeps about so much by default; beyond it the beginning may be gone, and the reading takes long. */
const walBytesMax = 1024 ** 3;
/** What comes with every cluster, and is no part of the schema that is compared. */
const besides = 'postgres';

/**
 * Where in the WAL, in bytes since the beginning of time, a transaction or a part of one was aborted that had written
 * or had locked what others must not see. An error that a handler inside the server caught leaves no other trace.
 */
export async function readAborts(
  sql: Sql,
  admin: ServerAddress,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Observed<readonly number[]>> {
  if (to - from > walBytesMax) return unobserved(`it wrote more than ${walBytesMax / 1024 ** 3} GiB of WAL`);
  try {
    await using session = await sql.connect({ ...admin, database: besides }, 'rehearsal/wal');
    await session.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect');
    const rows = await session.query<{ at: string }>(abortsSql, [from, to]);
    return observed(rows.map(({ at }) => Number(at)));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return unobserved(`the server could not read its WAL: ${error.sqlstate ?? 'the connection ended'}`);
  }
}

/** Creating the extension has made sure that everything before is on disk, and so can be read. */
const abortsSql = `SELECT (start_lsn - '0/0')::text AS at
  FROM pg_get_wal_records_info('0/0'::pg_lsn + $1::numeric, '0/0'::pg_lsn + $2::numeric)
  WHERE resource_manager = 'Transaction' AND record_type LIKE 'ABORT%'`;
