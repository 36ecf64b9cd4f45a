import type { SchemaDifference, SchemaModel, SchemaObject } from '../domain/schema.ts';

/** What `actual` lacks, has too much, or has otherwise than `expected`, sorted by kind and name. */
export function compareSchemas(expected: SchemaModel, actual: SchemaModel): readonly SchemaDifference[] {
  const wanted = new Map(expected.objects.map((object) => [objectKey(object), object]));
  const found = new Map(actual.objects.map((object) => [objectKey(object), object]));
  const keys = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  const differences = keys.flatMap((key) => differenceOf(wanted.get(key), found.get(key)));
  return differences.filter((difference) => !isShiftedPosition(difference, differences));
}

export const objectKey = (object: SchemaObject): string => `${object.kind} ${object.name}`;

/** Attributes in which two objects of one name differ; the relation they belong to counts as one. */
export function changedAttributes(expected: SchemaObject, actual: SchemaObject): readonly string[] {
  const names = new Set([...Object.keys(expected.attributes), ...Object.keys(actual.attributes)]);
  const changed = [...names].filter(
    (name) => (expected.attributes[name] ?? null) !== (actual.attributes[name] ?? null),
  );
  if (expected.relation !== actual.relation) changed.push('relation');
  return changed.sort();
}

/** The name inside its relation: `seen_at` of `public.alerts.seen_at`. */
export function ownName(object: SchemaObject): string {
  const prefix = object.relation === undefined ? undefined : `${object.relation}.`;
  if (prefix !== undefined && object.name.startsWith(prefix)) return object.name.slice(prefix.length);
  return object.name;
}

/** One difference in words, with the reader's names: `column public.alerts.seen_at is missing`. */
export function describeDifference(difference: SchemaDifference): string {
  const { object } = difference;
  const what = `${object.kind} ${object.name}`;
  switch (difference.change) {
    case 'missing':
      return `${what} is missing`;
    case 'extra':
      return `${what} is left over${qualityOf(object)}`;
    case 'changed':
      return `${what} differs: ${difference.attributes
        .map((name) => `${name} is ${shown(object, name)} instead of ${shown(difference.expected, name)}`)
        .join(', ')}`;
  }
}

function differenceOf(expected: SchemaObject | undefined, actual: SchemaObject | undefined): SchemaDifference[] {
  if (actual === undefined) return expected === undefined ? [] : [{ change: 'missing', object: expected }];
  if (expected === undefined) return [{ change: 'extra', object: actual }];
  const attributes = changedAttributes(expected, actual);
  return attributes.length === 0 ? [] : [{ change: 'changed', object: actual, expected, attributes }];
}

/** A column that is missing or left over moves its neighbours; that is no difference of its own. */
function isShiftedPosition(difference: SchemaDifference, all: readonly SchemaDifference[]): boolean {
  if (difference.change !== 'changed' || difference.attributes.join() !== 'position') return false;
  return all.some(
    (other) =>
      other.change !== 'changed' &&
      other.object.kind === 'column' &&
      other.object.relation === difference.object.relation,
  );
}

function qualityOf(object: SchemaObject): string {
  if (object.kind === 'index' && object.attributes.valid === false) return ' and invalid';
  if (object.kind === 'constraint' && object.attributes.validated === false) return ' and not validated';
  return '';
}

const shown = (object: SchemaObject, name: string): string => {
  if (name === 'relation') return object.relation ?? 'none';
  const value = object.attributes[name] ?? null;
  return value === null ? 'none' : String(value);
};
