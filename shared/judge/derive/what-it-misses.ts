import type { AppName } from '../../domain/bundle.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import { closingSql, qualified } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { compareSchemas } from '../schema-difference.ts';
import { heirsOf } from '../split-change.ts';
import type { AssessedCell } from './assess-cells.ts';
import { expectedAfter } from './expected-end.ts';
import { apartFromLedgers } from './same-state.ts';

/** SQL that gives a version what the state lacks; undefined: nobody can say it. */
export function whatItMisses(app: AppName, assessed: AssessedCell, context: JudgeContext): string | undefined {
  const { point, observation } = assessed;
  const state = stateOf(assessed, context);
  if (state === undefined) return undefined;
  if (observation.inRun !== undefined && point.kind !== 'before' && point.kind !== 'after-rollback') {
    const wanted = expectedAfter(context.expected, point.phase);
    return wanted.seen ? closingSql(compareSchemas(...apartFromLedgers(wanted.value, state)))?.sql : undefined;
  }
  const before = context.expected?.path[0]?.state;
  if (app !== 'previous' || before === undefined) return undefined;
  return asBefore(
    before,
    state,
    observation.sqlErrors.map(({ sql }) => sql.toLowerCase()),
  );
}

/** A table under another name is given its old one back as a view; what else is asked for is made again. */
export function asBefore(before: DatabaseState, state: DatabaseState, asked: readonly string[]): string | undefined {
  const isAsked = (relation: string) => asked.some((sql) => sql.includes(ownTable(relation).toLowerCase()));
  const views = heirsOf(before, state)
    .filter(({ object }) => object.kind === 'table' && isAsked(object.name))
    .map(({ object, heir }) => `CREATE VIEW ${qualified(object.name)} AS SELECT * FROM ${qualified(heir.name)};`);
  const differences = compareSchemas(...apartFromLedgers(before, state));
  const gone = new Set(
    differences.flatMap(({ change, object }) => (change === 'missing' && object.kind === 'table' ? [object.name] : [])),
  );
  const rest = differences.filter(({ change, object }) => {
    const relation = object.relation ?? object.name;
    return change !== 'extra' && !gone.has(relation) && isAsked(relation);
  });
  const lines = [...views, ...[closingSql(rest)?.sql].filter((sql) => sql !== undefined)];
  return lines.length === 0 ? undefined : lines.join('\n');
}

const ownTable = (relation: string): string => relation.slice(relation.indexOf('.') + 1);

function stateOf({ point, run, observation }: AssessedCell, context: JudgeContext): DatabaseState | undefined {
  if (observation.inRun !== undefined) return run.end.seen ? run.end.value : undefined;
  const key = JSON.stringify(point);
  return context.expected?.path.find((place) => JSON.stringify(place.point) === key)?.state;
}
