/** One migration tool's ledger: how its table looks, and how its rows are read as (version text, dirty boolean). */
export interface LedgerShape {
  readonly tool: string;
  /** Name of the table; absent where the columns alone tell. */
  readonly table?: RegExp;
  /** Columns that it must have: name → type as `format_type` prints it. */
  readonly columns: Readonly<Record<string, RegExp>>;
  /** It has these columns and no others. */
  readonly exact?: true;
  /** A table of the same schema that must be there too. */
  readonly beside?: string;
  /** SELECT list and clauses over `ledger`, giving version and dirty. */
  readonly rows: string;
}

const text = /^(text|character varying.*|character.*)$/;
const integer = /^(smallint|integer|bigint)$/;
const time = /^timestamp/;
const boolean = /^boolean$/;
const any = /^/;

/** First match wins: distinctive shapes first, bare ones last. */
export const ledgerShapes: readonly LedgerShape[] = [
  {
    tool: 'flyway',
    columns: { installed_rank: integer, version: text, script: text, checksum: any, success: boolean },
    // A repeatable migration has no version and a row for each time it ran: the last one tells.
    rows: `DISTINCT ON (coalesce(version, script)) coalesce(version, script) AS version, NOT success AS dirty
      FROM ledger ORDER BY coalesce(version, script), installed_rank DESC`,
  },
  {
    tool: 'liquibase',
    columns: { id: text, author: text, filename: text, orderexecuted: integer, exectype: text, md5sum: text },
    rows: `filename || '::' || id || '::' || author AS version, exectype IN ('FAILED') AS dirty FROM ledger`,
  },
  {
    tool: 'prisma',
    columns: { migration_name: text, checksum: text, finished_at: time, rolled_back_at: time, started_at: time },
    rows: `migration_name AS version, bool_or(finished_at IS NULL) AS dirty
      FROM ledger WHERE rolled_back_at IS NULL GROUP BY migration_name`,
  },
  {
    tool: 'golang-migrate',
    columns: { version: integer, dirty: boolean },
    exact: true,
    rows: 'version::text, dirty FROM ledger',
  },
  {
    tool: 'goose',
    columns: { id: integer, version_id: integer, is_applied: boolean, tstamp: time },
    // Down migrations append a row: the last row of a version says whether it is applied.
    rows: `version_id::text AS version, false AS dirty FROM (
      SELECT DISTINCT ON (version_id) version_id, is_applied FROM ledger ORDER BY version_id, id DESC) AS last
      WHERE is_applied`,
  },
  {
    tool: 'django',
    columns: { app: text, name: text, applied: time },
    rows: `DISTINCT app || '.' || name AS version, false AS dirty FROM ledger`,
  },
  {
    tool: 'sqitch',
    table: /^changes$/,
    columns: { change_id: text, change: text, project: text, committed_at: time, planned_at: time },
    rows: `project || '/' || change || '@' || left(change_id, 12) AS version, false AS dirty FROM ledger`,
  },
  {
    tool: 'knex',
    columns: { id: integer, name: text, batch: integer, migration_time: time },
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'laravel',
    columns: { id: integer, migration: text, batch: integer },
    exact: true,
    rows: 'DISTINCT migration AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'typeorm',
    table: /migration/i,
    columns: { id: integer, timestamp: integer, name: text },
    exact: true,
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'postgres-migrations',
    table: /migration/i,
    columns: { id: integer, name: text, hash: text, executed_at: time },
    exact: true,
    rows: `id || ' ' || name AS version, false AS dirty FROM ledger`,
  },
  {
    tool: 'drizzle',
    table: /drizzle|migration/i,
    columns: { id: integer, hash: text, created_at: integer },
    exact: true,
    rows: 'DISTINCT hash AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'node-pg-migrate',
    table: /^pgmigrations$/,
    columns: { id: integer, name: text, run_on: time },
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'db-migrate',
    table: /migration/i,
    columns: { id: integer, name: text, run_on: time },
    exact: true,
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'diesel',
    columns: { version: text, run_on: time },
    exact: true,
    rows: 'DISTINCT version, false AS dirty FROM ledger',
  },
  {
    tool: 'ecto',
    table: /migration/i,
    columns: { version: integer, inserted_at: time },
    exact: true,
    rows: 'DISTINCT version::text AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'rehearsal',
    columns: { version: text, applied_at: time },
    exact: true,
    rows: 'DISTINCT version, false AS dirty FROM ledger',
  },
  {
    tool: 'alembic',
    columns: { version_num: text },
    exact: true,
    rows: 'DISTINCT version_num AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'sequelize',
    // Columns beside the name are the tool's own timestamps.
    table: /^Sequelize(Meta|Data)$/i,
    columns: { name: text },
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    // Where `migrationStorageTableName` names it.
    tool: 'sequelize',
    table: /migration|sequelize/i,
    columns: { name: text },
    exact: true,
    rows: 'DISTINCT name AS version, false AS dirty FROM ledger',
  },
  {
    tool: 'rails',
    // Recognised by what stands beside it: the name may be configured.
    table: /migration/i,
    columns: { version: text },
    exact: true,
    beside: 'ar_internal_metadata',
    rows: 'DISTINCT version, false AS dirty FROM ledger',
  },
  {
    tool: 'dbmate',
    table: /migration/i,
    columns: { version: text },
    exact: true,
    rows: 'DISTINCT version, false AS dirty FROM ledger',
  },
];
