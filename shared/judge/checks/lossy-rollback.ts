import { ident, qualified } from '../closing-sql.ts';
import { type RollbackLoss, rollbackLosses, unseenLosses } from '../derive/rollback-losses.ts';
import { count, listed } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** A way back that works, and what it costs: better known before somebody takes it at night. */
export const lossyRollback = defineCheck({
  id: 'lossy-rollback',
  title: 'The way back loses rows or values',
  why: 'What customers did since the deploy goes with the tables and columns that the rollback drops.',
  rule:
    'Counted on the clone, after next was asked what it writes where a probe of it writes: rows of tables that have ' +
    'fewer afterwards, and values other than the default in columns that are gone. A column that was renamed, or whose ' +
    'values all stand in another column of its table, loses nothing.',
  incident: 'rename-cleanup-trigger-blocks-revert',
  severity: 'warns',
  needs: ['rollback'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => (manifest.rollback === undefined ? 'no rollback is declared' : undefined),
  find: ({ rollback }) => rollbackLosses(rollback.runs).map(draftOf),
  lacks: ({ rollback }) => unseenLosses(rollback.runs),
});

function draftOf({ run, after, relation, rows, isGone, columns }: RollbackLoss): Draft {
  const values = columns.map(({ column, values: number }) => `${count(number, 'value')} of ${column}`);
  const lost = listed([...(rows > 0 ? [count(rows, 'row')] : []), ...values]);
  const written = run.spec.scenario === 'rollback' && run.spec.stress?.kind === 'written';
  return {
    title: `The rollback after ${after} loses ${lost} of ${relation}`,
    summary: `The rollback exited 0${written ? ' after next had written' : ''}, and ${lost} of ${relation} that ${rows + columns.length === 1 ? 'was' : 'were'} there before ${rows + columns.length === 1 ? 'is' : 'are'} gone${isGone ? ': the table is dropped' : ''}.`,
    runs: [run],
    phase: 'rollback',
    relation,
    state: `after ${after}`,
    facts: { rows, isGone, columns: columns.map(({ column, values: number }) => ({ column, values: number })) },
    remedy: {
      text: 'Let the rollback keep it, or keep a copy before it is run:',
      sql: keep(relation, rows > 0 ? [] : columns.map(({ column }) => column)),
    },
  };
}

function keep(relation: string, columns: readonly string[]): string {
  const dot = relation.indexOf('.');
  const copy = qualified(`${relation.slice(0, dot)}.${relation.slice(dot + 1)}_before_rollback`);
  const which = columns.map((column) => `${ident(column)} IS NOT NULL`).join(' OR ');
  return `CREATE TABLE ${copy} AS SELECT * FROM ${qualified(relation)}${which === '' ? '' : ` WHERE ${which}`};`;
}
