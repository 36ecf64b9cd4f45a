import type { RunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { QueryShapes, UnreadQueries } from '../domain/query-shape.ts';
import { runLimits } from './limits.ts';
import { shapesOfRun, toldShapes, withTexts } from './shapes-of-run.ts';

type NotTested = { what: string; because: string };

export interface ShapesToPrepare {
  readonly shapesToldBy?: RunId;
}

/**
 * Who told the queries that previous sent on the untouched clone and that production is known to run: every run that
 * asks previous elsewhere prepares them. Nothing where the baseline did not tell them.
 */
export function shapesOf(results: readonly RunResult[], notTested: NotTested[]): ShapesToPrepare {
  for (const result of results) {
    const told = toldShapes(result);
    if (told === undefined) continue;
    notTested.push(...leftOut(told), ...refusedBefore(results));
    return { shapesToldBy: result.spec.id };
  }
  return {};
}

/** What the server refuses without any migration proves nothing of it; the runs agree, so one of them tells. */
function refusedBefore(results: readonly RunResult[]): readonly NotTested[] {
  const looks = results.flatMap(({ spec, cells }) =>
    cells.flatMap(({ prepared }) => (prepared?.seen ? [{ spec, prepared: prepared.value }] : [])),
  );
  const look = looks.find(({ prepared }) => prepared.failedBefore.length > 0);
  const refused = look === undefined ? [] : withTexts(look.prepared, shapesOfRun(look.spec, results)).failedBefore;
  if (refused.length === 0) return [];
  const named = refused.slice(0, namedMax).map(({ sql, sqlstate }) => `“${shortened(sql)}” (${sqlstate})`);
  const more = refused.length > namedMax ? ' …' : '';
  const because = `the server refuses to prepare them on the untouched clone already: ${named.join(', ')}${more}`;
  return [{ what: `${queries(refused.length)} of production on each state`, because }];
}

function* leftOut({ shapes, beyondLimit, overlong, unpreparable, unread }: QueryShapes): Generator<NotTested> {
  if (beyondLimit > 0) {
    const because = `more than ${runLimits.queryShapes}; those that previous sent come first, then the most frequent`;
    yield { what: `${queries(beyondLimit)} of production on each state`, because };
  }
  if (unread !== undefined) yield* neverSeen(unread);
  if (shapes.length > runLimits.plannedShapes) {
    const because = `more than ${runLimits.plannedShapes} queries; the others are prepared only`;
    yield { what: `the plans of ${queries(shapes.length - runLimits.plannedShapes)} of production`, because };
  }
  if (overlong > 0) {
    const because = `they are longer than ${runLimits.queryShapeChars} characters`;
    yield { what: `${queries(overlong)} of production on each state`, because };
  }
  if (unpreparable.length > 0) {
    const because = 'no server prepares these commands; they are looked at only where a probe leads to them';
    yield { what: `${unpreparable.join(', ')} of production on each state`, because };
  }
  const unasked = shapes.filter(({ from }) => from === 'production');
  if (unasked.length > 0) {
    const named = unasked.slice(0, namedMax).map(({ sql }) => `“${shortened(sql)}”`);
    const more = unasked.length > namedMax ? ' …' : '';
    const because = `no probe leads to them, so they were only prepared: ${named.join(', ')}${more}`;
    yield { what: `what ${queries(unasked.length)} of production would answer`, because };
  }
}

/** What nobody read cannot be prepared: the snapshot knows less of production than production itself. */
function* neverSeen({ hidden, evictions }: UnreadQueries): Generator<NotTested> {
  if (hidden !== 0) {
    const number = hidden === 'all' ? 'the queries' : `up to ${queries(hidden)}`;
    const because =
      'pg_stat_statements hid them from the role that read it; ' +
      (hidden === 'all' ? 'GRANT SELECT ON pg_stat_statements and ' : 'GRANT ') +
      'pg_read_all_stats to it, then make the snapshot again';
    yield { what: `${number} of production on each state`, because };
  }
  if (evictions > 0) {
    const times = evictions === 1 ? 'once' : `${evictions} times`;
    const because = `pg_stat_statements let the least frequent ones go ${times} since its reset; raise pg_stat_statements.max there`;
    yield { what: 'rare queries of production on each state', because };
  }
}

const queries = (number: number): string => (number === 1 ? '1 query' : `${number} queries`);

const namedMax = 3;
const namedCharsMax = 80;

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > namedCharsMax ? `${line.slice(0, namedCharsMax)}…` : line;
}
