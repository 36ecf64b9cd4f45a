import type { SchemaDifference } from '../../../domain/schema.ts';
import { closingSql } from '../../../judge/closing-sql.ts';
import { apartFromLedgers } from '../../../judge/derive/same-state.ts';
import { compareSchemas } from '../../../judge/schema-difference.ts';
import type { RepairDraft, RepairDrafts } from '../../ports/repair-drafts.ts';
import type { SqlSession } from '../../ports/sql.ts';
import { closeLedgers } from './ledger-rows.ts';

/** Drafts from the difference of two catalogs as we read them ourselves; functions come from the reference. */
export const catalogDrafts: RepairDrafts = {
  async draft({ expected, actual, reference }) {
    const differences = compareSchemas(...apartFromLedgers(expected, actual));
    const schema = await closeSchema(differences, reference);
    if (schema === undefined) return [];
    const ledger = closeLedgers(expected, actual);
    const whole = [...schema, ...ledger];
    const drafts: RepairDraft[] = whole.length === 0 ? [] : [{ statements: whole, by: 'catalog' }];
    // Books of a tool that cannot be written by hand must not hide what the schema needs.
    if (ledger.length > 0 && schema.length > 0) drafts.push({ statements: schema, by: 'catalog, without the ledger' });
    return drafts;
  },
};

/** undefined: a part of it has no sure answer. */
async function closeSchema(
  differences: readonly SchemaDifference[],
  reference: SqlSession,
): Promise<readonly string[] | undefined> {
  const isFunction = ({ object }: SchemaDifference) => object.kind === 'function';
  const made = differences.filter((difference) => isFunction(difference) && difference.change !== 'extra');
  const rest = differences.filter((difference) => !made.includes(difference)).flatMap(remade);
  const functions: string[] = [];
  for (const { object } of made) {
    const text = await functionText(reference, object.name);
    if (text === undefined) return undefined;
    functions.push(text);
  }
  if (rest.length === 0) return functions;
  const closing = closingSql(inOrder(rest));
  return closing?.certain ? [...functions, ...closing.statements] : undefined;
}

/** What holds no data and is defined otherwise is made anew. */
function remade(difference: SchemaDifference): readonly SchemaDifference[] {
  if (difference.change !== 'changed' || !difference.attributes.includes('definition')) return [difference];
  if (!['trigger', 'rule', 'statistics', 'index', 'constraint', 'view'].includes(difference.object.kind))
    return [difference];
  return [
    { change: 'extra', object: difference.object },
    { change: 'missing', object: difference.expected },
  ];
}

/** What depends goes first and comes last: a trigger before its function, a column before its index. */
function inOrder(differences: readonly SchemaDifference[]): readonly SchemaDifference[] {
  const rank = ({ change, object }: SchemaDifference): number => {
    const at = kinds.indexOf(object.kind);
    return change === 'extra' ? -at : kinds.length + at;
  };
  return differences.toSorted((left, right) => rank(left) - rank(right));
}

/** Each may depend on those before it. */
const kinds: readonly SchemaDifference['object']['kind'][] = [
  'schema',
  'extension',
  'enum',
  'domain',
  'type',
  'function',
  'sequence',
  'table',
  'column',
  'index',
  'constraint',
  'statistics',
  'view',
  'rule',
  'policy',
  'trigger',
  'grant',
];

async function functionText(reference: SqlSession, name: string): Promise<string | undefined> {
  const [row] = await reference.query<{ text: string }>(
    `SELECT pg_get_functiondef(p.oid) AS text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' = $1
       AND p.prokind IN ('f', 'p')`,
    [name],
  );
  return row === undefined ? undefined : `${row.text.trim()};`;
}
