import { parse } from 'yaml';
import { type ProblemPlace, RehearsalError } from '../../shared/domain/problem.ts';

/** What happens to one column's values on their way into a snapshot. */
export type Masking =
  | { readonly kind: 'keep'; readonly reason: string }
  /** SQL over the row's own columns; it runs on the raw row, and only its result goes on. */
  | { readonly kind: 'sql'; readonly expression: string }
  /** The column's default, or NULL. */
  | { readonly kind: 'drop' };

/** `schema.table` → column → masking. */
export type MaskingPolicy = ReadonlyMap<string, ReadonlyMap<string, Masking>>;

/** Columns of a table of the dump, by the names that the policy uses. */
export interface DumpedTable {
  /** `schema.table`. */
  readonly table: string;
  /** Where it is known apart: a name may have dots. */
  readonly schema?: string;
  readonly columns: readonly string[];
}

/** Throws RehearsalError `invalid-policy` with every problem at once. */
export function parsePolicy(file: string, text: string): MaskingPolicy {
  const problems: ProblemPlace[] = [];
  const policy = new Map<string, ReadonlyMap<string, Masking>>();
  for (const [table, columns] of entriesOf(tablesOf(file, text))) {
    const maskings = new Map<string, Masking>();
    for (const [column, value] of entriesOf(columns)) {
      const masking = maskingOf(value);
      if (masking === undefined) problems.push({ file, key: `tables.${table}.${column}`, message: expected });
      else maskings.set(column, masking);
    }
    policy.set(table, maskings);
  }
  if (problems.length > 0) throw invalidPolicy(`${file}: ${problems.length} entries are not understood`, problems);
  return policy;
}

/**
 * A column that nobody classified must not get in: throws RehearsalError `unclassified-columns` with the lines to add.
 */
export function requireClassified(policy: MaskingPolicy, tables: readonly DumpedTable[], file?: string): void {
  const missing = tables
    .map(({ table, columns }) => ({ table, columns: columns.filter((column) => !policy.get(table)?.has(column)) }))
    .filter(({ columns }) => columns.length > 0);
  if (missing.length === 0) return;
  const problems = missing.flatMap(({ table, columns }) =>
    columns.map((column) => ({
      ...(file === undefined ? {} : { file }),
      key: `tables.${table}.${column}`,
      message: 'nobody said whether its values may be kept',
    })),
  );
  const lines = missing.flatMap(({ table, columns }) => [
    `  ${yamlKey(table)}:`,
    ...columns.map((column) => `    ${yamlKey(column)}: drop`),
  ]);
  throw new RehearsalError(
    'policy',
    'unclassified-columns',
    `${problems.length} columns are not classified, so nothing was loaded`,
    `add these lines to the policy, with { keep: "reason" } or { sql: "expression" } where drop is too much:\ntables:\n${lines.join('\n')}`,
    { problems },
  );
}

/** Names that YAML would read as something else are quoted. */
export const yamlKey = (name: string): string => (/^[a-z_][a-z0-9_.]*$/.test(name) ? name : JSON.stringify(name));

const expected = 'must be { keep: "reason" }, { sql: "expression" } or drop';

function tablesOf(file: string, text: string): unknown {
  try {
    const read: unknown = parse(text);
    if (isMapping(read) && isMapping(read.tables)) return read.tables;
  } catch (cause) {
    throw invalidPolicy(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, [], cause);
  }
  throw invalidPolicy(`${file} has no mapping \`tables\``, [{ file, key: 'tables', message: 'must be a mapping' }]);
}

function maskingOf(value: unknown): Masking | undefined {
  if (value === 'drop') return { kind: 'drop' };
  if (!isMapping(value) || Object.keys(value).length !== 1) return undefined;
  const { keep, sql } = value;
  if (typeof keep === 'string' && keep.trim() !== '') return { kind: 'keep', reason: keep };
  return typeof sql === 'string' && sql.trim() !== '' ? { kind: 'sql', expression: sql } : undefined;
}

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isMapping(value) ? Object.entries(value) : [];

function invalidPolicy(detail: string, problems: readonly ProblemPlace[], cause?: unknown): RehearsalError {
  const remedy = 'draft one with: rehearse snapshot classify FILE > policy.yaml';
  return new RehearsalError('policy', 'invalid-policy', detail, remedy, { problems, cause });
}
