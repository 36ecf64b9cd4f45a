import type { QueryShape } from '../../shared/domain/query-shape.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';

/**
 * What the planner thinks each shape costs, whatever its parameters are: the generic plan. For shapes that the server
 * has just parsed as one command; nothing is executed. A shape that cannot be explained has no cost.
 */
export async function costShapes(
  session: SqlSession,
  shapes: readonly QueryShape[],
): Promise<ReadonlyMap<QueryShape, number>> {
  await session.query(`SET plan_cache_mode = force_generic_plan`);
  const costs = new Map<QueryShape, number>();
  for (const shape of shapes) {
    try {
      const [row] = await session.query<Explained>(explaining(shape));
      const cost = row?.['QUERY PLAN'][0]?.Plan['Total Cost'];
      if (cost !== undefined) costs.set(shape, cost);
    } catch (error) {
      if (!(error instanceof SqlError) || error.sqlstate === undefined) throw error;
    }
  }
  return costs;
}

interface Explained {
  readonly 'QUERY PLAN': readonly { readonly Plan: { readonly 'Total Cost': number } }[];
}

/** EXPLAIN (GENERIC_PLAN) knows no types of parameters and no major before 16. */
function explaining({ sql, types, searchPath }: QueryShape): string {
  const numbers = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  const values = Array.from({ length: Math.max(types.length, ...numbers, 0) }, () => 'NULL').join(', ');
  const declared = types.length === 0 ? '' : ` (${types.join(', ')})`;
  const path = searchPath === undefined ? 'RESET search_path' : `SET search_path TO ${searchPath}`;
  return `DEALLOCATE ALL; ${path}; PREPARE rehearsal_shape${declared} AS ${sql};
    EXPLAIN (FORMAT JSON) EXECUTE rehearsal_shape${values === '' ? '' : `(${values})`}`;
}
