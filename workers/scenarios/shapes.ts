import type { CellObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { QueryShape, ShapeCost, ShapeFailure, UnreadQueries } from '../../shared/domain/query-shape.ts';
import { SqlError, type SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import { queryShapes } from '../../shared/plan/query-shapes.ts';
import { tellerOf } from '../../shared/plan/shapes-of-run.ts';
import type { Reading } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { costShapes } from '../probes/cost-shapes.ts';
import { prepareShapes } from '../probes/prepare-shapes.ts';
import { readProductionQueries } from '../probes/read-production-queries.ts';

type Hidden = UnreadQueries['hidden'];
type Refused = Awaited<ReturnType<typeof prepareShapes>>;

export interface WatchedShapes {
  onState(): Promise<Pick<CellObservation, 'prepared'>>;
}

/** Whether these queries can be prepared on the clone as it is now, and later once more those that could. */
export async function watchShapes(run: LiveRun): Promise<WatchedShapes> {
  const { shapes } = run;
  if (shapes === undefined) {
    const teller = tellerOf(run.spec);
    if (teller !== undefined) throw new Error(`${run.spec.id} was not given the queries that ${teller} told`);
    return { onState: async () => ({}) };
  }
  const before = await askServer(run, (session) => lookAt(session, shapes));
  return {
    async onState() {
      if (!before.seen) return { prepared: before };
      const able = shapes.filter((shape) => !before.value.refused.has(shape));
      const now = await askServer(run, (session) => lookAt(session, able));
      if (!now.seen) return { prepared: now };
      return {
        prepared: observed({
          tried: shapes.length,
          failedBefore: failuresOf(run, shapes, before.value.refused),
          broken: failuresOf(run, shapes, now.value.refused),
          dearer: dearerThan(shapes, before.value.costs, now.value.costs),
        }),
      };
    },
  };
}

interface Looked {
  readonly refused: Refused;
  readonly costs: ReadonlyMap<QueryShape, number>;
}

async function lookAt(session: SqlSession, shapes: readonly QueryShape[]): Promise<Looked> {
  const refused = await prepareShapes(session, shapes);
  const planned = shapes.filter((shape) => !refused.has(shape)).slice(0, runLimits.plannedShapes);
  return { refused, costs: await costShapes(session, planned) };
}

/** Statistics alone move costs a little. */
const noise = 1.5;

const dearerThan = (
  shapes: readonly QueryShape[],
  before: Looked['costs'],
  now: Looked['costs'],
): readonly ShapeCost[] =>
  shapes.flatMap((shape, place) => {
    const [was, is] = [before.get(shape), now.get(shape)];
    return was === undefined || is === undefined || is <= noise * was ? [] : [{ shape: place, before: was, now: is }];
  });

const failuresOf = (run: LiveRun, shapes: readonly QueryShape[], refused: Refused): readonly ShapeFailure[] =>
  shapes.flatMap((shape, place) => {
    const refusal = refused.get(shape);
    if (refusal === undefined) return [];
    const { sqlstate, message } = refusal;
    return [{ shape: place, sqlstate, message: run.redact.message(message, { sqlstate, sql: shape.sql }) }];
  });

/**
 * What production ran, as the clone, whoever made its snapshot and the bundle know it, is read before previous begins
 * to add to it; what previous sent, when it has been asked.
 */
export async function readShapes(run: LiveRun): Promise<Reading> {
  const production = await observing(run, () => run.observer.look((admin) => readProductionQueries(admin, 'role')));
  return async (statements) => {
    if (!production.seen) return { shapes: production };
    const ids = [...new Set(statements.flatMap(({ parameterTypes = [] }) => parameterTypes))].filter((id) => id !== 0);
    const names = await askServer(run, (session) => typeNames(session, ids));
    if (!names.seen) return { shapes: names };
    const [onClone, captured] = [production.value, run.productionQueries];
    const known = [...onClone.texts, ...captured.texts, ...(run.plan.bundle.queries ?? [])];
    const { beyondLimit, ...shapes } = queryShapes(statements, known, names.value);
    // Both knew the same production.
    const untaken = Math.max(onClone.beyondLimit, captured.beyondLimit);
    const unread = {
      hidden: moreHidden(onClone.hidden, captured.hidden),
      evictions: Math.max(onClone.evictions, captured.evictions),
    };
    return { shapes: observed({ ...shapes, beyondLimit: beyondLimit + untaken, unread }) };
  };
}

const moreHidden = (one: Hidden, other: Hidden): Hidden =>
  one === 'all' || other === 'all' ? 'all' : Math.max(one, other);

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
