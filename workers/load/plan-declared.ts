import type { LoadStatement } from '../../shared/domain/bundle.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { compileDeclared, splitAtSemicolons } from './compile-declared.ts';
import { drawArrival } from './draw-arrival.ts';
import type { DeclaredTemplate, PlannedWrite } from './traffic-plan.ts';

/** Values that `$pick` draws from (CONTRACT 1.7). */
const picksMax = 10_000;

/** The manifest's own statements, with the values to pick from; the session is of the role that will send them. */
export async function planDeclared(
  session: SqlSession,
  statements: readonly LoadStatement[],
): Promise<readonly DeclaredTemplate[]> {
  const values = new Map<string, readonly string[]>();
  for (const column of statements.flatMap(({ sql }) => compileDeclared(sql, () => []).picks)) {
    if (!values.has(column)) values.set(column, await readPicks(session, column));
  }
  const templates: DeclaredTemplate[] = [];
  for (const [index, { sql, weight, for: version }] of statements.entries()) {
    const { parts } = compileDeclared(sql, (column) => values.get(column) ?? []);
    const template: DeclaredTemplate = { kind: 'declared', weight, for: version, parts, writes: [] };
    const sample = sampleOf(template);
    // Statements for the next version need not fit the untouched schema.
    if (version !== 'next') await refuseImpossible(session, sample, index);
    templates.push({ ...template, writes: await findWrites(session, sample) });
  }
  return templates;
}

async function readPicks(session: SqlSession, column: string): Promise<readonly string[]> {
  const parts = column.split('.');
  const name = parts.pop() ?? '';
  const quote = (part: string): string => `"${part.replaceAll('"', '""')}"`;
  try {
    const rows = await session.query<{ value: string }>(
      `SELECT ${quote(name)}::text AS value FROM ${parts.map(quote).join('.')}
       WHERE ${quote(name)} IS NOT NULL ORDER BY 1 LIMIT ${picksMax}`,
    );
    return rows.map((row) => row.value);
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlstate === undefined) throw error;
    const detail = `$pick(${column}) in load.statements cannot be read from the untouched database: ${error.message}`;
    const remedy =
      'Name a table and column that the snapshot has, as $pick(table.column), and let the apps role read it.';
    throw new RehearsalError('bundle', 'unknown-pick', detail, remedy, { cause: error });
  }
}

/** What one arrival of it would send. */
const sampleOf = (template: DeclaredTemplate): string =>
  drawArrival({ ...emptyPlan, templates: [{ ...template, for: 'both' }] }, 0, ['previous'], 1)?.text ?? '';

/** These refuse a transaction block or end it, so they cannot be tried in one that is rolled back. */
const untried = /^\s*(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION|CALL|VACUUM|DISCARD|DO)\b/i;

/**
 * Tries it once on the untouched database and takes it back. A statement that names what is not there, or is no SQL,
 * fails every time: the traffic would be half of what was asked for. What depends on the values drawn is left alone.
 */
async function refuseImpossible(session: SqlSession, sample: string, index: number): Promise<void> {
  if (splitAtSemicolons(sample).some((statement) => untried.test(statement))) return;
  await session.query("BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'");
  try {
    await session.query(sample);
  } catch (error) {
    if (!(error instanceof SqlError) || error.sqlstate === undefined) throw error;
    // Class 42: syntax errors, unknown names, missing rights. 3F: unknown schemas.
    if (/^(?:42|3F)/.test(error.sqlstate)) throw impossible(index, error);
  } finally {
    await session.query('ROLLBACK');
  }
}

function impossible(index: number, error: SqlError): RehearsalError {
  const key = `load.statements[${index}]`;
  const said = `${error.sqlstate} ${error.message}`;
  return new RehearsalError(
    'bundle',
    'refused-load-statement',
    `${key} fails on the untouched database, as the role of the applications: ${said}`,
    `Correct ${key}.sql in rehearsal.yaml; give it \`for: next\` where it needs what the migration makes.`,
    { problems: [{ file: 'rehearsal.yaml', key, message: `The server refuses it: ${said}` }], cause: error },
  );
}

/** Relations that one transaction of it writes, as the planner sees them; none of what it cannot explain. */
async function findWrites(session: SqlSession, sample: string): Promise<readonly PlannedWrite[]> {
  const relations = new Set<string>();
  for (const statement of splitAtSemicolons(sample)) {
    for (const relation of await explainWrites(session, statement)) relations.add(relation);
  }
  return [...relations].map((relation) => ({ relation, rows: 1 }));
}

const emptyPlan = {
  address: { host: '', port: 0, user: '', password: '', database: '' },
  connectionsMax: 0,
  ratePerSecond: 1,
  seed: 1,
};

interface PlanNode {
  readonly 'Node Type'?: string;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Plans?: readonly PlanNode[];
}

async function explainWrites(session: SqlSession, statement: string): Promise<readonly string[]> {
  await session.query("BEGIN READ ONLY; SET LOCAL lock_timeout = '2s'");
  try {
    const [row] = await session.query<{ plan: string }>(`EXPLAIN (VERBOSE, FORMAT JSON) ${statement}`);
    const plans = (Object.values(row ?? {})[0] ?? []) as readonly { readonly Plan: PlanNode }[];
    return plans.flatMap(({ Plan }) => writtenIn(Plan));
  } catch (error) {
    // Statements for the next version may not fit the untouched schema, and some cannot be explained at all.
    if (error instanceof SqlError && error.sqlstate !== undefined) return [];
    throw error;
  } finally {
    await session.query('ROLLBACK');
  }
}

function writtenIn(node: PlanNode): readonly string[] {
  const here =
    node['Node Type'] === 'ModifyTable' && node['Relation Name'] !== undefined
      ? [`${node.Schema}.${node['Relation Name']}`]
      : [];
  return [...here, ...(node.Plans ?? []).flatMap(writtenIn)];
}
