import { parseRunId } from '../domain/ids.ts';
import { blocksWriters } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { RollbackHold, RollbackRun, RollbackStress } from '../domain/run.ts';
import { runLimits } from './limits.ts';
import { previousAsksOnce } from './plan-compatibility.ts';
import { spread } from './plan-interruption.ts';
import type { ShapesToPrepare } from './plan-shapes.ts';
import { trafficTargets } from './plan-traffic.ts';
import { isTable } from './reached-states.ts';
import { phaseInId } from './run-id-parts.ts';

type NotTested = { what: string; because: string };

interface Planned {
  readonly runs: readonly RollbackRun[];
  /** Nothing more will be planned once these are done. */
  readonly complete: boolean;
}

/**
 * The declared way back, tried from the end of each phase: nobody knows beforehand when it will be needed. From the
 * last one also after next wrote, under load and interrupted, aimed by what the quiet one showed.
 */
export function rollbackRuns(
  plan: Plan,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
  results: readonly RunResult[],
  shapes: ShapesToPrepare,
): Planned {
  const { rollback, phases } = plan.bundle.manifest;
  if (rollback === undefined) return { runs: [], complete: true };
  const chosen = new Set(spread(phases, runLimits.rollbackRuns));
  if (chosen.size < phases.length) {
    notTested.push({
      what: `the rollback from the end of ${phases.length - chosen.size} of ${phases.length} phases`,
      because: `more than ${runLimits.rollbackRuns} phases; they are sampled evenly`,
    });
  }
  const run = (after: string, stress?: RollbackStress): RollbackRun => ({
    id: parseRunId(`rollback-after-${phaseInId(after)}${stress === undefined ? '' : `-${stress.kind}`}`),
    scenario: 'rollback',
    seed: plan.seed,
    alone: false,
    expectedEnds,
    after,
    ...(stress?.kind === 'under-load' ? { againAlone: true } : {}),
    ...(stress === undefined ? {} : { stress }),
    ...(plan.bundle.manifest.apps === 'none' ? {} : shapes),
  });
  const quiet = phases.filter((phase) => chosen.has(phase)).map(({ name }) => run(name));
  const last = quiet.at(-1);
  const walked = results.find(({ spec }) => spec.id === last?.id);
  if (last === undefined || walked === undefined) return { runs: quiet, complete: false };
  if (walked.outcome !== 'completed') {
    notTested.push({
      what: 'the rollback after writes by next, under load, behind locks, or interrupted',
      because: `it does not work from the end of ${last.after} in peace`,
    });
    return { runs: quiet, complete: true };
  }
  const written = writtenStress(plan, results, notTested);
  const harder = [written, ...stressesOf(plan, walked, results, last.after, notTested)].filter(
    (stress) => stress !== undefined && stress !== 'later',
  );
  return { runs: [...quiet, ...harder.map((stress) => run(last.after, stress))], complete: written !== 'later' };
}

function writtenStress(
  plan: Plan,
  results: readonly RunResult[],
  notTested: NotTested[],
): RollbackStress | 'later' | undefined {
  const { apps, probes } = plan.bundle.manifest;
  if (apps === 'none') return undefined;
  if (!probes.some((probe) => probe.writes && probe.for.includes('next'))) {
    notTested.push({ what: 'the rollback after writes by next', because: 'no probe of next writes' });
    return undefined;
  }
  const askOnce = previousAsksOnce(results);
  if (askOnce === undefined && plan.only.includes('compatibility')) return 'later';
  return { kind: 'written', askOnce: askOnce ?? [] };
}

/** One run under load, at the first strong lock that was seen, and one killed half way; the other places are told. */
function stressesOf(
  plan: Plan,
  walked: RunResult,
  results: readonly RunResult[],
  after: string,
  notTested: NotTested[],
): readonly RollbackStress[] {
  const statements = walked.attempts.findLast(({ phase }) => phase === 'rollback')?.statements ?? [];
  const changes = statements.filter(({ committed }) => committed !== undefined).map(({ ordinal }) => ordinal);
  // After the last one there is nothing left to do; before the first nothing was done.
  const between = changes.slice(0, -1);
  const ordinal = between[Math.floor((between.length - 1) / 2)];
  if (between.length > 1) {
    notTested.push({
      what: `the rollback after ${after} interrupted at ${between.length - 1} of ${between.length} places`,
      because: 'one place of it is sampled',
    });
  }
  const interrupted: readonly RollbackStress[] = ordinal === undefined ? [] : [{ kind: 'interrupted', ordinal }];
  const load = loadOf(plan, walked, results);
  if (load === undefined) return interrupted;
  const { holds, targets } = load;
  for (const hold of holds.slice(1)) {
    notTested.push({
      what: `somebody who holds ${hold.relation} before statement ${hold.ordinal} of the rollback`,
      because: 'one lock of the rollback is contended',
    });
  }
  const [hold] = holds;
  return [...interrupted, { kind: 'under-load', targets, ...(hold === undefined ? {} : { hold }) }];
}

function loadOf(plan: Plan, walked: RunResult, results: readonly RunResult[]) {
  const control = results.find(({ spec }) => spec.id === 'control');
  const left = walked.states.find(({ point }) => point.kind === 'after')?.state;
  if (plan.bundle.manifest.overlap === 'stop-the-world' || control === undefined || left?.seen !== true)
    return undefined;
  const there = left.value;
  const statements = walked.attempts.findLast(({ phase }) => phase === 'rollback')?.statements ?? [];
  const holds = statements.flatMap((statement) =>
    statement.locks
      .filter(({ mode, relation }) => blocksWriters(mode) && isTable(there, relation))
      .map(({ relation }): RollbackHold => {
        const { ms } = statement.lockTimeout;
        const struckMs = Math.ceil(ms * 1.2);
        const holdMs = ms === 0 || struckMs > runLimits.actorHoldMs ? plan.bundle.manifest.load.holdMs : struckMs;
        return { ordinal: statement.ordinal, relation, holds: 'RowExclusiveLock', holdMs };
      }),
  );
  const firsts = [...Map.groupBy(holds, ({ relation }) => relation).values()].flatMap((same) => same.slice(0, 1));
  const targets = trafficTargets(control, undefined);
  return firsts.length === 0 && targets.length === 0 ? undefined : { holds: firsts, targets };
}
