import type { DatabaseState, SchemaObject } from '../../shared/domain/schema.ts';

/** Small catalogs in the words of the extractor. */
export const table = (name: string): SchemaObject => ({
  kind: 'table',
  name,
  relation: name,
  attributes: { kind: 'table', persistence: 'permanent', owner: 'app' },
});

export const column = (
  name: string,
  type: string,
  position: number,
  more: SchemaObject['attributes'] = {},
): SchemaObject => ({
  kind: 'column',
  name,
  relation: name.slice(0, name.lastIndexOf('.')),
  attributes: { position, type, notNull: false, default: null, generated: null, identity: null, ...more },
});

export const trigger = (name: string, definition: string): SchemaObject => ({
  kind: 'trigger',
  name,
  relation: name.slice(0, name.lastIndexOf('.')),
  attributes: { definition, state: 'enabled' },
});

export const index = (name: string, relation: string, more: SchemaObject['attributes'] = {}): SchemaObject => ({
  kind: 'index',
  name,
  relation,
  attributes: {
    definition: `CREATE INDEX ${name.split('.')[1]} ON ${relation} USING btree (id)`,
    valid: true,
    ready: true,
    live: true,
    ...more,
  },
});

export const constraint = (name: string, definition: string, validated = true): SchemaObject => ({
  kind: 'constraint',
  name,
  relation: name.slice(0, name.lastIndexOf('.')),
  attributes: { type: 'check', definition, validated },
});

export function state(
  objects: readonly SchemaObject[],
  applied: readonly string[],
  more: { readonly dirty?: readonly string[]; readonly rows?: Readonly<Record<string, number>> } = {},
): DatabaseState {
  const dirty = new Set(more.dirty ?? []);
  const entries = [...applied, ...dirty].map((version) => ({ version, dirty: dirty.has(version) }));
  return {
    schema: { objects: [...objects].sort((a, b) => compare(a.kind, b.kind) || compare(a.name, b.name)) },
    ledgers: [{ relation: 'public.schema_migrations', tool: 'rehearsal', entries }],
    rowCounts: Object.entries({ 'public.alerts': 1000, 'public.schema_migrations': applied.length, ...more.rows })
      .map(([relation, rows]) => ({ relation, rows }))
      .sort((a, b) => compare(a.relation, b.relation)),
  };
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
