import { parseRunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan, RunSheet } from '../domain/plan.ts';
import type { RunSpec, Scenario } from '../domain/run.ts';
import { baselineRuns, compatibilityRuns } from './plan-compatibility.ts';
import { contentionRuns } from './plan-contention.ts';
import { interruptionRuns } from './plan-interruption.ts';
import { rollbackRuns } from './plan-rollback.ts';
import { shapesOf } from './plan-shapes.ts';
import { standbyRuns } from './plan-standby.ts';
import { steadyRuns } from './plan-steady.ts';
import { loadTargets } from './plan-traffic.ts';
import { stateFingerprint } from './state-fingerprint.ts';

type NotTested = { what: string; because: string };

/**
 * The run sheet as far as the results so far let it be known. Called again after each batch, it only grows:
 * the control run comes first, everything that stresses the migration is aimed at what the control run showed.
 */
export function planRuns(plan: Plan, results: readonly RunResult[]): RunSheet {
  const runs: RunSpec[] = [controlRun(plan, 'declared'), ...baselineRuns(plan)];
  const notTested: NotTested[] = [...plan.bundle.notTested, ...unseenHotpatches(plan)];
  const find = (id: string) => results.find((result) => result.spec.id === id);
  const control = find('control');
  if (control === undefined) return { runs: only(plan, runs), notTested, complete: false };

  if (endedByLimits(control)) runs.push(controlRun(plan, 'unlimited'));
  if (control.outcome !== 'completed') {
    notTested.push({ what: 'load, contention, interruption', because: 'the control run did not complete' });
    const reached = compatibilityRuns(plan, control, results, notTested, shapesOf(results, notTested));
    runs.push(...reached.runs);
    return { runs: only(plan, runs), notTested, complete: reached.complete || !wants(plan, 'compatibility') };
  }
  notTested.push(...unreadErrors(control));
  const shapes = shapesOf(results, notTested);
  if (hasAutocommit(control)) runs.push(controlRun(plan, 'traced'));
  const traced = find('control-traced');
  let aimed = !hasAutocommit(control) || traced !== undefined;
  if (aimed) {
    const expectedEnds = endsOf(control);
    const { targets, contended } = loadTargets(control, traced);
    if (plan.bundle.manifest.overlap === 'stop-the-world') {
      notTested.push({ what: 'traffic and contention', because: 'overlap is stop-the-world: nothing else is running' });
    } else {
      runs.push({
        id: parseRunId('under-load'),
        scenario: 'under-load',
        seed: plan.seed,
        alone: true,
        expectedEnds,
        targets,
        actorsOn: contended,
      });
      runs.push(...contentionRuns(plan, control, traced, expectedEnds, notTested, results));
    }
    runs.push(...interruptionRuns(plan, { control, traced }, expectedEnds, notTested));
    const rollback = rollbackRuns(plan, expectedEnds, notTested, results, shapes);
    runs.push(...rollback.runs);
    aimed = rollback.complete || !wants(plan, 'rollback');
    runs.push(...standbyRuns(plan, control, traced, expectedEnds, notTested));
  }
  const compatibility = compatibilityRuns(plan, control, results, notTested, shapes);
  runs.push(...compatibility.runs);
  if (aimed) {
    const steady = steadyRuns(plan, { control, traced }, results, notTested);
    runs.push(...steady.runs);
    aimed = steady.complete || !wants(plan, 'under-load');
  }
  return {
    runs: only(plan, runs),
    notTested,
    complete: aimed && (compatibility.complete || !wants(plan, 'compatibility')),
  };
}

function controlRun(plan: Plan, limits: 'declared' | 'unlimited' | 'traced'): RunSpec {
  return {
    id: parseRunId(limits === 'declared' ? 'control' : `control-${limits}`),
    scenario: 'control',
    seed: plan.seed,
    alone: false,
    expectedEnds: {},
    limits,
  };
}

/** Which of them the next version carries is known before anything runs. */
function unseenHotpatches({ hotpatches = [] }: Plan): readonly NotTested[] {
  return hotpatches.flatMap(({ path, found }) =>
    found.seen ? [] : [{ what: `hot patch ${path}`, because: found.why }],
  );
}

/** The manifest's own memory limit or timeout ended it, so what the migration would have reached is still unknown. */
function endedByLimits(control: RunResult): boolean {
  return control.outcome === 'failed' && control.attempts.some((attempt) => attempt.oomKilled || attempt.timedOut);
}

/** What handlers inside the server caught is only in the WAL, and that could not be read. */
function unreadErrors(control: RunResult): readonly NotTested[] {
  return control.attempts.flatMap(({ phase, statements }) => {
    const unread = statements.flatMap(({ caught }) => (caught?.seen === false ? [caught.why] : []));
    return [...new Set(unread)].map((because) => ({ what: `errors that ${phase} catches inside the server`, because }));
  });
}

/** Statements that committed by themselves: their locks were gone before they could be read. */
function hasAutocommit(control: RunResult): boolean {
  return control.attempts.some((attempt) =>
    attempt.statements.some((statement) => statement.transaction === null && statement.committed !== undefined),
  );
}

function endsOf(control: RunResult): Record<string, string> {
  const ends: Record<string, string> = {};
  for (const { point, state } of control.states) {
    if (point.kind === 'after' && state.seen) ends[point.phase] = stateFingerprint(state.value);
  }
  return ends;
}

function only(plan: Plan, runs: readonly RunSpec[]): readonly RunSpec[] {
  return runs.filter((run) => wants(plan, run.scenario));
}

/** The control run is always made: every other scenario is aimed by it. */
function wants(plan: Plan, scenario: Scenario): boolean {
  return scenario === 'control' || plan.only.includes(scenario);
}
