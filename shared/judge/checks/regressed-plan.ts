import type { ShapeCost, WithText } from '../../domain/query-shape.ts';
import type { JudgeContext } from '../context.ts';
import type { AssessedCell } from '../derive/assess-cells.ts';
import { preparedCells, unplannedCells } from '../derive/broken-queries.ts';
import { placeOfState, remedyFor } from '../derive/broken-version.ts';
import { count, listed, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** An index that is gone makes a query read the whole table. */
const factor = 10;
/** In the planner's units, of which reading one page in order is one: what is small stays quick. */
const floor = 1_000;

/** It still works, and every time it takes what no budget was made for. */
export const regressedPlan = defineCheck({
  id: 'regressed-plan',
  title: 'A query of production costs many times what it did',
  why: 'A dropped index is no error anywhere: the query works on, reads the whole table, and the pool is full.',
  rule: `The planner’s cost of the generic plan is at least ${factor} times the one on the untouched clone, and at least ${floor} more.`,
  severity: 'warns',
  needs: ['compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption', 'rollback'],
  parts: ['cells'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find(readings, context) {
    const told = new Set<string>();
    return preparedCells(readings, context).flatMap((assessed) => {
      const { prepared } = assessed;
      const dearer = prepared?.seen === true ? (prepared.value.dearer ?? []) : [];
      const first = dearer.filter((cost) => isRegressed(cost) && !told.has(cost.sql));
      for (const { sql } of first) told.add(sql);
      return first.length === 0 ? [] : [draft(first, assessed, context)];
    });
  },
  lacks: unplannedCells,
});

const isRegressed = ({ before, now }: WithText<ShapeCost>): boolean => now >= factor * before && now - before >= floor;

function draft(costs: readonly WithText<ShapeCost>[], assessed: AssessedCell, context: JudgeContext): Draft {
  const { cell, run, point, observation } = assessed;
  const said = costs.map(
    ({ sql, before, now }) => `“${shortSql(sql)}” ${Math.round(before)} before and ${Math.round(now)} now`,
  );
  const asked = costs.map(({ sql }) => ({ sql, sqlstate: '', message: '', count: 1 }));
  const { sql } = remedyFor('previous', { ...assessed, observation: { ...observation, sqlErrors: asked } }, context);
  return {
    title: `${count(costs.length, 'query of production costs', 'queries of production cost')} ${factor} times as much on the state “${cell.state}”`,
    summary: `The planner expects ${listed(said, 4)}.`,
    runs: [run],
    ...placeOfState(point, context),
    app: 'previous',
    state: cell.state,
    facts: {
      queries: costs.slice(0, queriesMax).map(({ sql, from, before, now }) => ({ sql, from, before, now })),
      dearer: costs.length,
    },
    remedy: {
      text: 'Keep the index until nobody asks this way any more, or ANALYZE in the same phase where only the statistics are gone, then run: rehearse run . --only compatibility',
      ...(sql === undefined ? {} : { sql }),
    },
  };
}

const queriesMax = 20;
