import type { CellObservation } from '../../domain/observation.ts';
import { type Observed, observed } from '../../domain/observed.ts';
import type { PreparedQueries, QueryShape, ShapeFailure, WithText } from '../../domain/query-shape.ts';
import { type StatePoint, stateName } from '../../domain/run.ts';
import { shapesOfRun, withTexts } from '../../plan/shapes-of-run.ts';
import type { Draft } from '../checks/check.ts';
import type { JudgeContext } from '../context.ts';
import { type AssessedCell, assessCells, type CellReadings, gatesAt, isOnItsState } from './assess-cells.ts';
import { placeOfState, remedyFor } from './broken-version.ts';
import { count, listed, shortSql } from './sentences.ts';

/**
 * Queries that could be prepared on the untouched clone and cannot be any more where previous must live. One finding
 * for each state, and each query only at the first state that breaks it: it stays broken on those that follow.
 */
export function brokenQueries(readings: CellReadings, context: JudgeContext): readonly Draft[] {
  const told = new Map<string, string>();
  return preparedCells(readings, context).flatMap((assessed) => {
    const { prepared, cell } = assessed;
    const broken = prepared?.seen === true ? prepared.value.broken : [];
    const first = broken.filter(({ sql }) => !told.has(sql));
    for (const { sql } of first) told.set(sql, cell.state);
    return first.length === 0 ? [] : [draft(first, assessed, context)];
  });
}

/** Where previous must live and nobody could say whether the queries of production still work. */
export function unpreparedCells(readings: CellReadings, context: JudgeContext): readonly string[] {
  return preparedCells(readings, context).flatMap(({ prepared, cell, shapes }) => {
    if (prepared?.seen !== true)
      return [`queries of production on “${cell.state}”: ${prepared?.why ?? whyNot(readings)}`];
    return provesNothing(shapes, prepared.value) ? [noneWorked] : [];
  });
}

const noneWorked =
  'no query that previous sends could be prepared on the untouched clone, so none proves that it still works';

/**
 * Whether everything that previous sent was refused before the first phase already, as where its connections set a
 * search path that nobody else has; without the run's own list, everything that was tried.
 */
function provesNothing(asked: readonly QueryShape[] | undefined, { tried, failedBefore }: PreparedQueries): boolean {
  if (asked === undefined) return tried > 0 && failedBefore.length >= tried;
  const fromPrevious = (from: string) => from === 'previous';
  const sent = asked.filter(({ from }) => fromPrevious(from)).length;
  return sent > 0 && failedBefore.filter(({ from }) => fromPrevious(from)).length >= sent;
}

/** Where previous must live and nobody knows what its queries cost now. */
export function unplannedCells(readings: CellReadings, context: JudgeContext): readonly string[] {
  const unplanned = preparedCells(readings, context).flatMap(({ prepared, cell }) =>
    prepared?.seen === true && prepared.value.dearer === undefined
      ? [`plans of queries of production on “${cell.state}”: nobody looked`]
      : [],
  );
  return [...unpreparedCells(readings, context), ...unplanned];
}

/** A cell with the queries that were prepared there. */
export interface PreparedCell extends AssessedCell {
  /** undefined: its sheet names none. */
  readonly shapes: readonly QueryShape[] | undefined;
  /** undefined: nobody looked. */
  readonly prepared: Observed<PreparedQueries> | undefined;
}

/** Previous, freshly started where it must live, in the order in which the migration passes the states. */
export function preparedCells(readings: CellReadings, context: JudgeContext): readonly PreparedCell[] {
  const order = (context.expected?.path ?? []).map(({ point }) => stateName(point));
  const place = ({ point }: { readonly point: StatePoint }): number => {
    const at = order.indexOf(stateName(point));
    return at < 0 ? order.length : at;
  };
  return assessCells(readings, context)
    .filter(({ run, observation }) => isAsked(run.spec.scenario, observation) && isOnItsState(observation, context))
    .filter(({ point, observation }) => point.kind !== 'before' && gatesAt('previous', observation.point, context))
    .toSorted((left, right) => place(left) - place(right))
    .map((assessed) => {
      const { prepared } = assessed.observation;
      const shapes = shapesOfRun(assessed.run.spec, readings.compatibility.runs);
      const queries = prepared?.seen === true ? observed(withTexts(prepared.value, shapes)) : prepared;
      return { ...assessed, shapes, prepared: queries };
    });
}

/** States that stressed runs left are others than those on the way; checks of their own judge how they came to be. */
const isAsked = (scenario: string, { app, boot }: CellObservation): boolean =>
  (scenario === 'compatibility' || scenario === 'rollback') && app === 'previous' && boot === 'fresh';

function whyNot({ compatibility }: CellReadings): string {
  const baseline = compatibility.runs
    .flatMap(({ cells }) => cells)
    .find(({ app, point }) => app === 'previous' && point.kind === 'before');
  const { shapes } = baseline ?? {};
  return shapes?.seen === false ? shapes.why : 'nobody looked';
}

function draft(broken: readonly WithText<ShapeFailure>[], assessed: AssessedCell, context: JudgeContext): Draft {
  const { cell, run, point, observation } = assessed;
  const { previous, overlap } = context.manifest;
  const said = broken.map(({ sqlstate, sql, from }) => `${sqlstate} for “${shortSql(sql)}”${sources[from]}`);
  const queries = count(broken.length, 'query of production', 'queries of production');
  const errors = broken.map(({ sql, sqlstate, message }) => ({ sql, sqlstate, message, count: 1 }));
  return {
    title: `${queries} can no longer be prepared on the state “${cell.state}”`,
    summary: `Under ${overlap} previous (${previous}) must live on “${cell.state}”, and there the server refuses what it could prepare before the migration: ${listed(said, 4)}.`,
    runs: [run],
    ...placeOfState(point, context),
    app: 'previous',
    state: cell.state,
    facts: {
      queries: broken
        .slice(0, queriesMax)
        .map(({ sql, from, sqlstate, message }) => ({ sql: sql.slice(0, sqlCharsMax), sqlstate, message, from })),
      broken: broken.length,
    },
    remedy: remedyFor('previous', { ...assessed, observation: { ...observation, sqlErrors: errors } }, context),
  };
}

const queriesMax = 20;
const sqlCharsMax = 500;

const sources = { previous: '', production: ' (production runs it, no probe leads to it)' } as const;
