import type { ColumnCensus } from '../../domain/census.ts';
import type { RunResult } from '../../domain/observation.ts';
import { ident, qualified } from '../closing-sql.ts';
import type { JudgeContext } from '../context.ts';
import { count } from '../derive/sentences.ts';
import { neverMixed } from '../derive/unread-writes.ts';
import { type Draft, defineCheck } from './check.ts';

/** Names of classes, kinds and states live in rows; a deploy that renames them in the code alone leaves them behind. */
export const unmigratedValue = defineCheck({
  id: 'unmigrated-value',
  title: 'A column still holds values that next does not write',
  why: 'Rows with the old name of a kind are not found, not counted, or stop whoever reads them, with no error before.',
  rule:
    'Counted in text columns of few different values, by rows: a value of production that previous was seen to write ' +
    'and that is still there after the last phase, where next was seen to write values that were never there before, ' +
    'and not this one. Columns whose type, check or foreign key names what they may hold are not looked at.',
  incident: 'stale-class-name',
  severity: 'warns',
  needs: ['mixed'],
  parts: [],
  notApplicable: ({ manifest }) => {
    if (manifest.apps === 'none') return 'the bundle has no applications';
    return manifest.probes.some(({ writes }) => writes) ? undefined : 'no probe writes';
  },
  find: ({ mixed }, { manifest }) =>
    mixed.runs.flatMap((run) =>
      columnsOf(run)
        .filter(isStale)
        .map((column) => draftOf(run, column, manifest)),
    ),
  lacks: ({ mixed }, context) => {
    const because = neverMixed(context);
    const uncounted = mixed.runs.flatMap(({ spec, mixed: seen }) =>
      seen?.census?.seen === false ? [`${spec.id}: ${seen.census.why}`] : [],
    );
    return because === undefined ? uncounted : [`the versions were not asked on one database: ${because}`];
  },
});

const columnsOf = ({ mixed }: RunResult): readonly ColumnCensus[] =>
  mixed?.census?.seen === true ? mixed.census.value : [];

const isStale = ({ isDeclared, newWithNext, left }: ColumnCensus): boolean =>
  !isDeclared && newWithNext > 0 && left.values > 0;

function draftOf(run: RunResult, census: ColumnCensus, { phases }: JudgeContext['manifest']): Draft {
  const { relation, column, values, newWithNext, left } = census;
  const last = phases.at(-1)?.name ?? '';
  const many = left.values === 1 ? 'a value' : count(left.values, 'value');
  return {
    title: `${relation}.${column} still holds ${many} that next does not write`,
    summary:
      `After ${last}, ${count(left.rows, 'row')} of ${relation} ${left.rows === 1 ? 'holds' : 'hold'} ` +
      `${left.values} of ${count(values, 'different value')} of ${column} that previous writes and next was not seen ` +
      `to write, while next wrote ${count(newWithNext, 'value')} that ${newWithNext === 1 ? 'was' : 'were'} never there before.`,
    runs: [run],
    phase: last,
    relation,
    state: `after ${last}`,
    facts: { column, values, newWithNext, left },
    remedy: {
      text: 'Rewrite them in the migration, or let next read them. They are among:',
      sql: `SELECT ${ident(column)}, count(*) FROM ${qualified(relation)} GROUP BY 1 ORDER BY 2;`,
    },
  };
}
