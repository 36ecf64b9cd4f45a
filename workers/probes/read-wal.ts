import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import { type ServerAddress, type Sql, SqlError } from '../../shared/edge/ports/sql.ts';

/** A server keeps about so much by default; beyond it the beginning may be gone, and the reading takes long. */
const walBytesMax = 1024 ** 3;
/** What comes with every cluster, and is no part of the schema that is compared. */
const besides = 'postgres';

export interface WalRange {
  /** In bytes since the beginning of time. */
  readonly from: number;
  readonly to: number;
}

export interface ReadWal {
  /**
   * Where a transaction or a part of one was aborted that had written or had locked what others must not see. An error
   * that a handler inside the server caught leaves no other trace.
   */
  readonly aborts: readonly number[];
  /** Rows that were there and that were updated, deleted or locked against writers. */
  readonly touched: readonly TouchedFile[];
}

export interface TouchedFile {
  /** Index of the range. */
  readonly range: number;
  readonly filenode: number;
  /** The first page that held one of them before. */
  readonly fromPage: number;
}

/** What the WAL tells of these ranges, which follow each other. */
export async function readWal(sql: Sql, admin: ServerAddress, ranges: readonly WalRange[]): Promise<Observed<ReadWal>> {
  const from = Math.min(...ranges.map((range) => range.from));
  const to = Math.max(...ranges.map((range) => range.to));
  if (to - from > walBytesMax) return unobserved(`it wrote more than ${walBytesMax / 1024 ** 3} GiB of WAL`);
  const starts = ranges.map((range, index) => ({ index, from: range.from })).sort((one, two) => one.from - two.from);
  try {
    await using session = await sql.connect({ ...admin, database: besides }, 'rehearsal/wal');
    await session.query('CREATE EXTENSION IF NOT EXISTS pg_walinspect');
    const parameters = [from, to, starts.map((start) => start.from), admin.database];
    const rows = await session.query<WalRow>(walSql, parameters);
    return observed({
      aborts: rows.flatMap(({ at }) => (at === null ? [] : [Number(at)])),
      touched: rows.flatMap(({ filenode, bucket, page }) => {
        const range = starts[bucket - 1]?.index;
        if (filenode === null || range === undefined) return [];
        return [{ range, filenode: Number(filenode), fromPage: Number(page) }];
      }),
    });
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return unobserved(`the server could not read its WAL: ${error.sqlstate ?? 'the connection ended'}`);
  }
}

interface WalRow {
  readonly at: string | null;
  readonly filenode: string | null;
  readonly bucket: number;
  readonly page: string | null;
}

/**
 * Creating the extension has made sure that everything before is on disk, and so can be read. An update names the page
 * of the new row first and that of the old one second, where it is another. A lock that foreign keys take is in no
 * writer's way who leaves the key alone. https://www.postgresql.org/docs/current/pgwalinspect.html
 */
const walSql = `WITH records AS NOT MATERIALIZED (
    SELECT start_lsn - '0/0' AS at, resource_manager AS manager,
      coalesce(substring(block_ref FROM 'blkref #1: (rel [^(]*)'), substring(block_ref FROM 'blkref #0: (rel [^(]*)'))
        AS place
    FROM pg_get_wal_records_info('0/0'::pg_lsn + $1::numeric, '0/0'::pg_lsn + $2::numeric)
    WHERE (resource_manager = 'Transaction' AND record_type LIKE 'ABORT%')
      OR (resource_manager = 'Heap' AND (record_type ~ '^((HOT_)?UPDATE|DELETE)'
        OR (record_type LIKE 'LOCK%' AND description NOT LIKE '%KEYSHR_LOCK%')))),
  told AS (
    SELECT CASE WHEN manager = 'Transaction' THEN at END AS abort, width_bucket(at, $3::numeric[]) AS bucket,
      substring(place FROM 'rel \\d+/(\\d+)/')::oid AS db, substring(place FROM 'rel \\d+/\\d+/(\\d+)')::oid AS filenode,
      substring(place FROM 'blk (\\d+)')::bigint AS page
    FROM records)
  SELECT abort::text AS at, filenode::text, bucket, min(page)::text AS page
  FROM told WHERE abort IS NOT NULL OR db = (SELECT oid FROM pg_database WHERE datname = $4)
  GROUP BY abort, filenode, bucket`;
