import type { DatabaseState, SchemaObject } from '../../domain/schema.ts';
import type { BuiltObject } from '../../domain/statement.ts';
import { closingSql, ident, qualified } from '../closing-sql.ts';
import { compareSchemas, ownName } from '../schema-difference.ts';

/** A column of another type beside the old one: nobody waits for a copy of the whole table. */
export function besideTheOld(relation: string, before: DatabaseState, after: DatabaseState): string | undefined {
  const changed = compareSchemas(before.schema, after.schema).flatMap((difference) =>
    difference.change === 'changed' && difference.object.kind === 'column' && difference.attributes.includes('type')
      ? [difference.object]
      : [],
  );
  const column = changed.find((object) => object.relation === relation);
  if (column === undefined) return undefined;
  const old = ident(ownName(column));
  const fresh = ident(`${ownName(column)}_new`);
  const table = qualified(relation);
  return [
    `ALTER TABLE ${table} ADD COLUMN ${fresh} ${String(column.attributes.type)};`,
    `-- a trigger keeps ${fresh} equal to ${old}; then, until it changes no row any more:`,
    `UPDATE ${table} SET ${fresh} = ${old} WHERE ctid = ANY (ARRAY(`,
    `  SELECT ctid FROM ${table} WHERE ${fresh} IS DISTINCT FROM ${old} LIMIT 1000));`,
    `-- and last, in one short transaction: drop ${old}, rename ${fresh}`,
  ].join('\n');
}

/** The same index or constraint, built while writers go on; undefined: there is no such way. */
export function builtOnline({ kind, name, relation }: BuiltObject, after: DatabaseState): string | undefined {
  const { objects } = after.schema;
  if (kind === 'index') {
    const index = objects.find((object) => object.kind === 'index' && object.name === name);
    return index === undefined ? undefined : closingSql([{ change: 'missing', object: index }])?.sql;
  }
  const constraint = objects.find((object) => object.kind === 'constraint' && object.name === `${relation}.${name}`);
  if (constraint !== undefined) return validatedLater(relation, name, definitionOf(constraint));
  const column = ident(name);
  const check = `${name}_present`;
  return [
    validatedLater(relation, check, `CHECK (${column} IS NOT NULL)`),
    `ALTER TABLE ${qualified(relation)} ALTER COLUMN ${column} SET NOT NULL;`,
    `ALTER TABLE ${qualified(relation)} DROP CONSTRAINT ${ident(check)};`,
  ].join('\n');
}

const definitionOf = ({ attributes }: SchemaObject): string => String(attributes.definition);

function validatedLater(relation: string, name: string, definition: string): string {
  const table = qualified(relation);
  return [
    `ALTER TABLE ${table} ADD CONSTRAINT ${ident(name)} ${definition} NOT VALID;`,
    `ALTER TABLE ${table} VALIDATE CONSTRAINT ${ident(name)};`,
  ].join('\n');
}
