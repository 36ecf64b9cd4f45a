import type { SchemaModel, SchemaObject } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { grantQueries } from './catalog/grants.ts';
import { relationQueries } from './catalog/relations.ts';
import { routineAndTypeQueries } from './catalog/routines-and-types.ts';
import { tablePartQueries } from './catalog/table-parts.ts';

const catalogQueries = [...relationQueries, ...tablePartQueries, ...routineAndTypeQueries, ...grantQueries];

/**
 * Every object of every user schema, from the catalogs. It has to run in a transaction begun by `inReadOnlySnapshot`:
 * the server's own printing functions follow the search path and the session's formats.
 */
export async function readSchema(session: SqlSession): Promise<SchemaModel> {
  const objects: SchemaObject[] = [];
  for (const { kind, sql } of catalogQueries) {
    const rows = await session.query<ObjectRow>(
      `SELECT name::text, relation::text, attributes::text FROM (${sql}) AS catalog_rows`,
    );
    for (const row of rows) {
      const attributes = JSON.parse(row.attributes) as SchemaObject['attributes'];
      objects.push({ kind, name: row.name, ...(row.relation === null ? {} : { relation: row.relation }), attributes });
    }
  }
  return { objects: objects.sort(byKindAndName) };
}

interface ObjectRow {
  readonly name: string;
  readonly relation: string | null;
  readonly attributes: string;
}

function byKindAndName(left: SchemaObject, right: SchemaObject): number {
  return compareText(left.kind, right.kind) || compareText(left.name, right.name);
}

/** By code unit: no locale of any machine may change the order. */
export const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
