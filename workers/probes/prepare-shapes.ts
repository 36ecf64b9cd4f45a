import type { QueryShape, Refusal } from '../../shared/domain/query-shape.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';

/** A state is looked at while nothing runs; who waits so long waits for a lock that is no fault of the query. */
const lockWaitMs = 2_000;

/**
 * Has the server parse each shape as a driver would, without executing it; gives those that it refuses. Throws where
 * the server itself did not answer: a lock, a lost connection, a full disk say nothing of a query.
 */
export async function prepareShapes(
  session: SqlSession,
  shapes: readonly QueryShape[],
): Promise<ReadonlyMap<QueryShape, Refusal>> {
  await session.query(`SET lock_timeout = ${lockWaitMs}`);
  const types = await typeIds(session, shapes);
  const refused = new Map<QueryShape, Refusal>();
  let searchPath: string | undefined;
  for (const shape of shapes) {
    if (shape.searchPath !== searchPath) {
      searchPath = shape.searchPath;
      const set = searchPath === undefined ? 'RESET search_path' : `SELECT set_config('search_path', $1, false)`;
      await session.query(set, searchPath === undefined ? [] : [searchPath]);
    }
    try {
      await session.parse(
        shape.sql,
        shape.types.map((name) => types.get(name) ?? 0),
      );
    } catch (error) {
      if (!(error instanceof SqlError) || error.sqlstate === undefined || environment.test(error.sqlstate)) throw error;
      refused.set(shape, { sqlstate: error.sqlstate, message: error.message });
    }
  }
  return refused;
}

/** Classes of the manual's "PostgreSQL Error Codes" that are about the server, its locks and its room. */
const environment = /^(08|40|53|55|57|58|F0|XX)/;

/** By name, for a type that is gone and came back has another id; one that is not there is left to be inferred. */
async function typeIds(session: SqlSession, shapes: readonly QueryShape[]): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(shapes.flatMap(({ types }) => types))].filter((name) => name !== 'unknown');
  if (names.length === 0) return new Map();
  const rows = await session.query<{ name: string; id: number | null }>(
    'SELECT name, pg_catalog.to_regtype(name)::oid::bigint AS id FROM unnest($1::text[]) AS name',
    [names],
  );
  return new Map(rows.flatMap(({ name, id }) => (id === null ? [] : [[name, Number(id)] as const])));
}
