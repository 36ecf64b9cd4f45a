import type { SchemaDifference, SchemaObject } from '../domain/schema.ts';
import { ownName } from './schema-difference.ts';

export interface ClosingSql {
  readonly sql: string;
  readonly statements: readonly string[];
  /** It loses no data, needs no decision, and every difference is covered: it may be pasted. */
  readonly certain: boolean;
}

/** SQL that turns the actual schema into the expected one, or undefined where nothing can be said. */
export function closingSql(differences: readonly SchemaDifference[]): ClosingSql | undefined {
  const relevant = differences.filter((difference) => !comesWithConstraint(difference, differences));
  const steps = relevant.map(closeOne);
  const known = steps.filter((step) => step !== undefined);
  if (known.length === 0) return undefined;
  return {
    sql: known.map((step) => step.sql).join('\n'),
    statements: known.flatMap((step) => step.statements),
    certain: known.length === steps.length && known.every((step) => step.certain),
  };
}

/** Makes its own index, column or trigger again: naming both would fail the second time. */
function comesWithConstraint(difference: SchemaDifference, all: readonly SchemaDifference[]): boolean {
  const { object } = difference;
  if (object.kind !== 'index') return false;
  const name = object.name.slice(object.name.indexOf('.') + 1);
  return all.some(
    (other) =>
      other.change === difference.change &&
      other.object.kind === 'constraint' &&
      other.object.relation === object.relation &&
      ownName(other.object) === name,
  );
}

function closeOne(difference: SchemaDifference): ClosingSql | undefined {
  switch (difference.change) {
    case 'missing':
      return create(difference.object);
    case 'extra':
      return drop(difference.object);
    case 'changed':
      return change(difference.expected, difference.attributes);
  }
}

const certain = (sql: string): ClosingSql => ({ sql, statements: [sql], certain: true });
const uncertain = (sql: string): ClosingSql => ({ sql, statements: [sql], certain: false });

function create(object: SchemaObject): ClosingSql | undefined {
  const definition = text(object, 'definition');
  switch (object.kind) {
    case 'column':
      return addColumn(object);
    case 'index':
      return definition === undefined
        ? undefined
        : certain(`${definition.replace(/^(CREATE (?:UNIQUE )?INDEX) (?!CONCURRENTLY )/, '$1 CONCURRENTLY ')};`);
    case 'constraint':
      return definition === undefined
        ? undefined
        : certain(`ALTER TABLE ${tableOf(object)} ADD CONSTRAINT ${ident(ownName(object))} ${definition};`);
    case 'view':
      return definition === undefined
        ? undefined
        : certain(`CREATE VIEW ${qualified(object.name)} AS ${definition.replace(/;\s*$/, '')};`);
    case 'trigger':
    case 'statistics':
    case 'rule':
      return definition === undefined ? undefined : certain(`${definition.replace(/;\s*$/, '')};`);
    case 'grant':
      return grant('GRANT', 'TO', object);
    default:
      return undefined;
  }
}

function addColumn(object: SchemaObject): ClosingSql | undefined {
  const type = text(object, 'type');
  if (type === undefined || text(object, 'identity') !== undefined || text(object, 'generated') !== undefined) {
    return undefined;
  }
  const column = ident(ownName(object));
  const fallback = text(object, 'default');
  const add = `ALTER TABLE ${tableOf(object)} ADD COLUMN ${column} ${type}`;
  const withDefault = fallback === undefined ? add : `${add} DEFAULT ${fallback}`;
  if (object.attributes.notNull !== true) return certain(`${withDefault};`);
  if (fallback !== undefined) return certain(`${withDefault} NOT NULL;`);
  return uncertain(
    `${add};\n-- fill ${column}, then:\nALTER TABLE ${tableOf(object)} ALTER COLUMN ${column} SET NOT NULL;`,
  );
}

/** What is dropped with a table or a column is data; what is dropped otherwise can be made again. */
function drop(object: SchemaObject): ClosingSql | undefined {
  const own = ident(ownName(object));
  switch (object.kind) {
    case 'column':
      return uncertain(`ALTER TABLE ${tableOf(object)} DROP COLUMN ${own};`);
    case 'table':
      return uncertain(`DROP TABLE ${qualified(object.name)};`);
    case 'index':
      return certain(`DROP INDEX CONCURRENTLY ${qualified(object.name)};`);
    case 'constraint':
      return certain(`ALTER TABLE ${tableOf(object)} DROP CONSTRAINT ${own};`);
    case 'trigger':
      return object.relation === undefined
        ? certain(`DROP EVENT TRIGGER ${own};`)
        : certain(`DROP TRIGGER ${own} ON ${tableOf(object)};`);
    case 'function':
      return certain(`DROP FUNCTION ${object.name};`);
    case 'view':
      return certain(`DROP VIEW ${qualified(object.name)};`);
    case 'policy':
    case 'rule':
      return certain(`DROP ${object.kind.toUpperCase()} ${own} ON ${tableOf(object)};`);
    case 'statistics':
      return certain(`DROP STATISTICS ${qualified(object.name)};`);
    case 'grant':
      return grant('REVOKE', 'FROM', object);
    default:
      return undefined;
  }
}

function change(expected: SchemaObject, attributes: readonly string[]): ClosingSql | undefined {
  const steps = attributes.filter((name) => name !== 'definition' || expected.kind !== 'constraint');
  if (expected.kind === 'index' && steps.every((name) => ['valid', 'ready', 'live'].includes(name))) {
    return certain(`REINDEX INDEX CONCURRENTLY ${qualified(expected.name)};`);
  }
  if (expected.kind === 'constraint' && steps.join() === 'validated' && expected.attributes.validated === true) {
    return certain(`ALTER TABLE ${tableOf(expected)} VALIDATE CONSTRAINT ${ident(ownName(expected))};`);
  }
  if (expected.kind === 'trigger' && steps.join() === 'state' && expected.relation !== undefined) {
    const verb = { enabled: 'ENABLE', disabled: 'DISABLE', replica: 'ENABLE REPLICA', always: 'ENABLE ALWAYS' };
    const state = text(expected, 'state') as keyof typeof verb | undefined;
    if (state === undefined) return undefined;
    return certain(`ALTER TABLE ${tableOf(expected)} ${verb[state]} TRIGGER ${ident(ownName(expected))};`);
  }
  if (expected.kind === 'column') return changeColumn(expected, steps);
  if (expected.kind === 'grant') return grant('GRANT', 'TO', expected);
  return undefined;
}

function changeColumn(expected: SchemaObject, attributes: readonly string[]): ClosingSql | undefined {
  const alter = `ALTER TABLE ${tableOf(expected)} ALTER COLUMN ${ident(ownName(expected))}`;
  const lines: string[] = [];
  let sure = true;
  for (const name of attributes) {
    const wanted = text(expected, name);
    if (name === 'type' && wanted !== undefined) lines.push(`${alter} TYPE ${wanted};`);
    else if (name === 'default')
      lines.push(wanted === undefined ? `${alter} DROP DEFAULT;` : `${alter} SET DEFAULT ${wanted};`);
    else if (name === 'notNull')
      lines.push(`${alter} ${expected.attributes.notNull === true ? 'SET' : 'DROP'} NOT NULL;`);
    else sure = false;
    if (name === 'type' || (name === 'notNull' && expected.attributes.notNull === true)) sure = false;
  }
  return lines.length === 0 ? undefined : { sql: lines.join('\n'), statements: lines, certain: sure };
}

function grant(verb: 'GRANT' | 'REVOKE', to: 'TO' | 'FROM', object: SchemaObject): ClosingSql | undefined {
  const on = text(object, 'on');
  const target = text(object, 'object');
  const grantee = text(object, 'grantee');
  const privileges = text(object, 'privileges')?.replaceAll('*', '');
  if (on === undefined || !['table', 'sequence', 'schema', 'function'].includes(on)) return undefined;
  if (target === undefined || grantee === undefined || privileges === undefined || privileges === '') return undefined;
  const who = grantee === 'PUBLIC' ? grantee : ident(grantee);
  return certain(
    `${verb} ${privileges} ON ${on.toUpperCase()} ${on === 'function' ? target : qualified(target)} ${to} ${who};`,
  );
}

function text(object: SchemaObject, name: string): string | undefined {
  const value = object.attributes[name];
  return typeof value === 'string' ? value : undefined;
}

const tableOf = (object: SchemaObject): string => qualified(object.relation ?? object.name);

/** `schema.name`, each part quoted where PostgreSQL would fold or refuse it. */
export function qualified(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? ident(name) : `${ident(name.slice(0, dot))}.${ident(name.slice(dot + 1))}`;
}

export const ident = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
