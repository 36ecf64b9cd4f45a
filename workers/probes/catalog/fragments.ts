/** One kind of object as the catalog tells it: rows of name, relation (or null) and attributes (JSON text). */
export interface CatalogQuery {
  readonly kind: import('../../../shared/domain/schema.ts').SchemaObjectKind;
  readonly sql: string;
}

/** Schemas of the system are nobody's migration; temporary ones (`pg_temp_…`) end with their session. */
export const userSchema = (alias: string): string =>
  `${alias}.nspname !~ '^pg_' AND ${alias}.nspname <> 'information_schema'`;

/** What an extension brought along belongs to its version, which is listed itself. */
export const notOfExtension = (catalog: string, oid: string): string => `NOT EXISTS (
  SELECT FROM pg_depend owned WHERE owned.classid = '${catalog}'::regclass AND owned.objid = ${oid}
    AND owned.deptype = 'e')`;

/** Names as reports have them: `schema.name`, not quoted. */
export const qualified = (namespace: string, name: string): string => `${namespace}.nspname || '.' || ${name}`;

/** The same for a relation that is only known by its oid. */
export const relationName = (oid: string): string => `(SELECT rn.nspname || '.' || rc.relname
  FROM pg_class rc JOIN pg_namespace rn ON rn.oid = rc.relnamespace WHERE rc.oid = ${oid})`;

/** Options are a set: their order is the order in which they were set. */
export const optionList = (options: string): string =>
  `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(${options}) o)`;

export const tablespaceName = (oid: string): string => `(SELECT spcname FROM pg_tablespace WHERE oid = ${oid})`;

export const collationName = (oid: string): string => `(SELECT cn.nspname || '.' || co.collname
  FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = ${oid})`;
