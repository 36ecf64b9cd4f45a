import type { CellObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { QueryShape, ShapeFailure } from '../../shared/domain/query-shape.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { queryShapes } from '../../shared/plan/query-shapes.ts';
import type { Reading } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { prepareShapes } from '../probes/prepare-shapes.ts';
import { readProductionQueries } from '../probes/read-production-queries.ts';

type Refused = Awaited<ReturnType<typeof prepareShapes>>;

export interface WatchedShapes {
  onState(): Promise<Pick<CellObservation, 'prepared'>>;
}

/** Whether these queries can be prepared on the clone as it is now, and later once more those that could. */
export async function watchShapes(run: LiveRun, shapes: readonly QueryShape[] | undefined): Promise<WatchedShapes> {
  if (shapes === undefined) return { onState: async () => ({}) };
  const before = await askServer(run, (session) => prepareShapes(session, shapes));
  return {
    async onState() {
      if (!before.seen) return { prepared: before };
      const able = shapes.filter((shape) => !before.value.has(shape));
      const now = await askServer(run, (session) => prepareShapes(session, able));
      if (!now.seen) return { prepared: now };
      const [failedBefore, broken] = [before.value, now.value].map((refused) => failuresOf(run, refused));
      return {
        prepared: observed({ tried: shapes.length, failedBefore: failedBefore ?? [], broken: broken ?? [] }),
      };
    },
  };
}

const failuresOf = (run: LiveRun, refused: Refused): readonly ShapeFailure[] =>
  [...refused].map(([{ sql, from }, { sqlstate, message }]) => ({
    sql,
    sqlstate,
    message: run.redact.message(message, { sqlstate, sql }),
    from,
  }));

/** What production ran is read before previous begins to add to it; what previous sent, when it has been asked. */
export async function readShapes(run: LiveRun): Promise<Reading> {
  const production = await observing(run, () => run.observer.look(readProductionQueries));
  return async (statements) => {
    if (!production.seen) return { shapes: production };
    const ids = [...new Set(statements.flatMap(({ parameterTypes = [] }) => parameterTypes))].filter((id) => id !== 0);
    const names = await askServer(run, (session) => typeNames(session, ids));
    return { shapes: names.seen ? observed(queryShapes(statements, production.value, names.value)) : names };
  };
}

async function typeNames(session: SqlSession, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await session.query<{ id: string; name: string }>(
    'SELECT oid::bigint AS id, pg_catalog.format_type(oid, NULL) AS name FROM pg_catalog.pg_type WHERE oid = ANY($1)',
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [Number(id), name]));
}

/** A session of our own that is who the applications are, with what production gives that role. */
function askServer<T>(run: LiveRun, ask: (session: SqlSession) => Promise<T>): Promise<Observed<T>> {
  return observing(run, async () => {
    const { admin, apps } = run.clone;
    await using session = await run.sql.connect({ ...admin, ...apps }, 'rehearsal/shapes');
    return await ask(session);
  });
}

async function observing<T>(run: LiveRun, look: () => Promise<T>): Promise<Observed<T>> {
  try {
    return observed(await look());
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const said = run.redact.message(error.message, { sqlstate: error.sqlstate });
    return unobserved(`the queries of production could not be looked at: ${said}`);
  }
}
