import type { SplitStep } from '../domain/deploy-order.ts';
import type { DatabaseState, SchemaDifference, SchemaObject } from '../domain/schema.ts';
import { closingSql, ident, qualified } from './closing-sql.ts';
import { apartFromLedgers } from './derive/same-state.ts';
import { changedAttributes, compareSchemas, ownName } from './schema-difference.ts';

/** What one state took away or made otherwise than the one before it, as an expansion and a contraction. */
export function splitOf(from: DatabaseState | undefined, to: DatabaseState): readonly SplitStep[] {
  if (from === undefined) return [];
  const { differences, gone, come, older, newer } = tablesAndColumns(from, to);
  const steps = gone.map((object) => {
    const heir = heirOf(object, come, older, newer);
    return heir === undefined ? dropped(object) : renamed(object, heir);
  });
  return [...steps, ...differences.map(changed)].flat();
}

/** What goes on under another name. */
export function heirsOf(
  from: DatabaseState,
  to: DatabaseState,
): readonly { readonly object: SchemaObject; readonly heir: SchemaObject }[] {
  const { gone, come, older, newer } = tablesAndColumns(from, to);
  return gone.flatMap((object) => {
    const heir = heirOf(object, come, older, newer);
    return heir === undefined ? [] : [{ object, heir }];
  });
}

function tablesAndColumns(from: DatabaseState, to: DatabaseState) {
  const [{ objects: older }, { objects: newer }] = apartFromLedgers(from, to);
  const differences = compareSchemas({ objects: older }, { objects: newer }).filter(({ object }) =>
    ['table', 'column'].includes(object.kind),
  );
  const gone = withoutParts(objectsOf(differences, 'missing'), objectsOf(differences, 'missing'));
  const come = withoutParts(objectsOf(differences, 'extra'), objectsOf(differences, 'extra'));
  return { differences, gone, come, older, newer };
}

/** Two that would fit are no rename that anybody could name. */
function heirOf(
  object: SchemaObject,
  come: readonly SchemaObject[],
  older: readonly SchemaObject[],
  newer: readonly SchemaObject[],
): SchemaObject | undefined {
  const heirs = come.filter((candidate) => isHeir(object, candidate, older, newer));
  return heirs.length === 1 ? heirs[0] : undefined;
}

const objectsOf = (all: readonly SchemaDifference[], change: 'missing' | 'extra'): readonly SchemaObject[] =>
  all.filter((difference) => difference.change === change).map(({ object }) => object);

/** Columns go and come with their table. */
const withoutParts = (objects: readonly SchemaObject[], all: readonly SchemaObject[]): readonly SchemaObject[] =>
  objects.filter(
    ({ kind, relation }) => kind === 'table' || !all.some((other) => other.kind === 'table' && other.name === relation),
  );

/** The same thing under another name: a column of the same kind in the same table, a table of the same columns. */
function isHeir(
  old: SchemaObject,
  candidate: SchemaObject,
  older: readonly SchemaObject[],
  newer: readonly SchemaObject[],
): boolean {
  if (old.kind !== candidate.kind) return false;
  if (old.kind === 'column') {
    return (
      old.relation === candidate.relation && changedAttributes(old, candidate).every((name) => name === 'position')
    );
  }
  const columns = (objects: readonly SchemaObject[], table: SchemaObject) =>
    objects
      .filter(({ kind, relation }) => kind === 'column' && relation === table.name)
      .map((column) => `${ownName(column)} ${String(column.attributes.type)}`)
      .sort()
      .join();
  return columns(older, old) === columns(newer, candidate);
}

function renamed(object: SchemaObject, heir: SchemaObject): readonly SplitStep[] {
  const place = { change: 'rename', object: object.name, becomes: heir.name } as const;
  return [
    { step: 'expand', ...place, ...sqlOf(expansion(object, heir)) },
    { step: 'contract', ...place, ...sqlOf(contraction(object)) },
  ];
}

function expansion(object: SchemaObject, heir: SchemaObject): string | undefined {
  if (object.kind === 'table') {
    return `ALTER TABLE ${qualified(object.name)} RENAME TO ${ident(ownTable(heir))};\nCREATE VIEW ${qualified(object.name)} AS SELECT * FROM ${qualified(heir.name)};`;
  }
  const { notNull: _, ...nullable } = heir.attributes;
  return closingSql([{ change: 'missing', object: { ...heir, attributes: { ...nullable, notNull: false } } }])?.sql;
}

/** A table keeps its old name as a view until nobody asks by it. */
const contraction = (object: SchemaObject): string | undefined =>
  object.kind === 'table' ? `DROP VIEW ${qualified(object.name)};` : closingSql([{ change: 'extra', object }])?.sql;

const dropped = (object: SchemaObject): readonly SplitStep[] => [
  { step: 'contract', change: 'drop', object: object.name, ...sqlOf(closingSql([{ change: 'extra', object }])?.sql) },
];

/** Another type, or a rule that old rows and old code do not keep. */
function changed(difference: SchemaDifference): readonly SplitStep[] {
  if (difference.change !== 'changed' || difference.object.kind !== 'column') return [];
  const kept = difference.attributes.filter((name) => name === 'type' || name === 'notNull');
  if (kept.length === 0 || (kept.join() === 'notNull' && difference.object.attributes.notNull !== true)) return [];
  return [{ step: 'contract', change: 'change', object: difference.object.name }];
}

const sqlOf = (sql: string | undefined): { readonly sql?: string } => (sql === undefined ? {} : { sql });
const ownTable = ({ name }: SchemaObject): string => name.slice(name.indexOf('.') + 1);
