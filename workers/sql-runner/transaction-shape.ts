import { type AlterSubscriptionStmt, loadModule, type Node, parseSync } from 'libpg-query';

await loadModule();

/** Above this the parser's memory ends before the text does; no statement that matters here is that long. */
const parsedCharsMax = 1024 * 1024;

/**
 * Whether a statement controls transactions itself or refuses a transaction block. What the grammar cannot read is
 * neither: the server will refuse it. Source: PreventInTransactionBlock in PostgreSQL 18.
 */
export function needsAutocommit(sql: string): boolean {
  if (sql.length > parsedCharsMax) return false;
  return parsed(sql).some((statement) => controlsTransaction(statement) || refusesBlock(statement));
}

function parsed(sql: string): readonly Node[] {
  try {
    return (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
  } catch (error) {
    if (error instanceof Error) return [];
    throw error;
  }
}

/** Savepoints live inside of a block that someone else begins. */
const savepoints: readonly unknown[] = ['TRANS_STMT_SAVEPOINT', 'TRANS_STMT_RELEASE', 'TRANS_STMT_ROLLBACK_TO'];

const controlsTransaction = (node: Node): boolean =>
  'TransactionStmt' in node && !savepoints.includes(node.TransactionStmt.kind);

const refusing = [
  'AlterSystemStmt',
  'CreatedbStmt',
  'DropdbStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'CallStmt',
  'CreateSubscriptionStmt',
  'DropSubscriptionStmt',
] as const;

/** REFRESH MATERIALIZED VIEW CONCURRENTLY is not among them: it runs in a transaction. */
function refusesBlock(node: Node): boolean {
  if (refusing.some((kind) => kind in node)) return true;
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined;
  if ('DiscardStmt' in node) return node.DiscardStmt.target === 'DISCARD_ALL';
  if ('AlterDatabaseStmt' in node) return hasOption(node.AlterDatabaseStmt.options, 'tablespace');
  if ('AlterTableStmt' in node) return (node.AlterTableStmt.cmds ?? []).some(detachesConcurrently);
  if ('AlterSubscriptionStmt' in node) return refreshes(node.AlterSubscriptionStmt);
  if ('ReindexStmt' in node) {
    const wide = ['REINDEX_OBJECT_SCHEMA', 'REINDEX_OBJECT_SYSTEM', 'REINDEX_OBJECT_DATABASE'];
    return wide.includes(String(node.ReindexStmt.kind)) || hasOption(node.ReindexStmt.params, 'concurrently');
  }
  return false;
}

const publications: readonly unknown[] = [
  'ALTER_SUBSCRIPTION_SET_PUBLICATION',
  'ALTER_SUBSCRIPTION_ADD_PUBLICATION',
  'ALTER_SUBSCRIPTION_DROP_PUBLICATION',
];

/** Another set of publications is refreshed unless the statement says that it shall not be. */
function refreshes({ kind, options }: AlterSubscriptionStmt): boolean {
  if (kind === 'ALTER_SUBSCRIPTION_REFRESH') return true;
  return publications.includes(kind) && !(options ?? []).some(isOffRefresh);
}

function isOffRefresh(option: Node): boolean {
  if (!('DefElem' in option) || option.DefElem.defname !== 'refresh') return false;
  const { arg } = option.DefElem;
  if (arg === undefined) return false;
  if ('String' in arg) return ['false', 'off'].includes(arg.String.sval?.toLowerCase() ?? '');
  return 'Integer' in arg && (arg.Integer.ival ?? 0) === 0;
}

const hasOption = (options: readonly Node[] | undefined, name: string): boolean =>
  (options ?? []).some((option) => 'DefElem' in option && option.DefElem.defname === name);

function detachesConcurrently(node: Node): boolean {
  if (!('AlterTableCmd' in node)) return false;
  const { def } = node.AlterTableCmd;
  return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
}
