import type { RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { type AssessedCell, assessCells } from '../derive/assess-cells.ts';
import { placeOfState } from '../derive/broken-version.ts';
import { count, listed, shortSql } from '../derive/sentences.ts';
import { staleErrors } from '../derive/stale-plans.ts';
import { type Draft, defineCheck } from './check.ts';

/** Pools live for days: what a connection prepared before the migration it sends again after it. */
export const staleCachedPlan = defineCheck({
  id: 'stale-cached-plan',
  title: 'A connection from before the migration fails after it',
  why: 'A restart would cure it, and until somebody thinks of that every request on an old connection fails.',
  rule: 'The same version freshly started on the same state answers every probe; otherwise the version itself is broken.',
  severity: 'blocks',
  needs: ['compatibility'],
  uses: ['control', 'underLoad', 'contention', 'secondStart', 'interruption', 'rollback'],
  parts: ['cells'],
  notApplicable: ({ manifest }) => (manifest.apps === 'none' ? 'the bundle has no applications' : undefined),
  find: (readings, context) => {
    const cells = assessCells(readings, context);
    const drafts = cells.flatMap((assessed) => {
      const errors = staleErrors(assessed, cells);
      return errors.length === 0 ? [] : [draft(assessed, errors, context)];
    });
    return drafts.length > 0 ? drafts : onlyTraffic([...readings.underLoad.runs, ...readings.contention.runs]);
  },
});

/** What our own traffic had prepared was refused; whether an application prepares the same, nobody saw. */
function onlyTraffic(runs: readonly RunResult[]): readonly Draft[] {
  const refused = runs.filter(({ load }) => (load?.preparedAgain ?? 0) > 0);
  if (refused.length === 0) return [];
  const times = Math.max(...refused.map(({ load }) => load?.preparedAgain ?? 0));
  return [
    {
      severity: 'warns',
      title: 'A statement that was prepared before the migration is refused after it',
      summary: `Traffic on connections from before the migration had to prepare again ${count(times, 'time')} (0A000, its result has another type now). No probe of an application on an old connection failed.`,
      runs: refused,
      facts: { preparedAgain: times },
      remedy: {
        text: 'Restart what keeps prepared statements right after the phase, or see that its driver prepares again; add a probe that reads the table, then run: rehearse run . --only compatibility',
      },
    },
  ];
}

function draft(
  { cell, run, point }: AssessedCell,
  errors: ReturnType<typeof staleErrors>,
  context: JudgeContext,
): Draft {
  const { manifest } = context;
  const version = cell.app === 'previous' ? manifest.previous : manifest.version;
  const failed = cell.probes.filter(({ outcome }) => outcome === 'fail').map(({ name }) => `“${name}”`);
  const said = errors.map(
    ({ sqlstate, sql, count: times }) => `${count(times, 'time')} ${sqlstate} from “${shortSql(sql)}”`,
  );
  return {
    ...(cell.gates ? {} : { severity: 'warns' as const }),
    title: `${cell.app} (${version}) fails on its old connections on the state “${cell.state}”`,
    summary: `Kept running since before the migration, ${cell.app} (${version}) fails ${listed(failed, 3)}: ${listed(said, 3)}. Freshly started on the same state it answers every probe.`,
    runs: [run],
    ...placeOfState(point, context),
    app: cell.app,
    state: cell.state,
    facts: { probes: failed, sqlErrors: errors },
    remedy: {
      text: `Name the columns instead of *, leave the type of a prepared result as it is, or restart ${cell.app} right after the phase so that its pools are new; then run: rehearse run . --only compatibility`,
    },
  };
}
