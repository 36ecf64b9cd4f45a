import { join } from 'node:path';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { Judgement } from '../../shared/domain/verdict.ts';
import type { SelfCheckOutcome } from '../../shared/edge/ports/worker-register.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleEvidence } from '../../shared/plan/assemble-evidence.ts';
import { planRuns } from '../../shared/plan/plan-runs.ts';
import type { Engine } from '../engine.ts';

const bundles = join(import.meta.dirname, '../../infra/self-check');

/** What the quiet run alone can tell; the known-good bundle has to be clear of all of it. */
const seenByControl = ['failed-migration', 'refused-migration', 'lost-rows', 'violated-invariant'];

/**
 * Rehearses a bundle that exits 0 and loses rows, and one that does nothing wrong: only the quiet run, so that it costs
 * seconds, but with everything real: snapshot, clone, tap, runner, probes and judge. Rejects where the machine did not
 * let it look, which proves nothing either way.
 */
export async function checkSelf(engine: Engine, signal: AbortSignal): Promise<SelfCheckOutcome> {
  return outcomeOf(await judgementOf(engine, 'bad', signal), await judgementOf(engine, 'good', signal));
}

export function outcomeOf(bad: Judgement, good: Judgement): SelfCheckOutcome {
  const isFound = bad.findings.some(({ check, severity }) => check === 'violated-invariant' && severity === 'blocks');
  if (bad.verdict !== 'fail' || !isFound) {
    return { ok: false, says: `the known-bad bundle, which loses rows and exits 0, was not found out: ${bad.verdict}` };
  }
  const blocking = good.findings.filter(({ severity }) => severity === 'blocks').map(({ check }) => check);
  const unclear = seenByControl.filter((id) => good.checks.find((check) => check.id === id)?.outcome !== 'clear');
  const wrong = [...new Set([...blocking, ...unclear])];
  if (wrong.length > 0) return { ok: false, says: `the known-good bundle was not clear of ${wrong.join(', ')}` };
  return { ok: true, says: 'the known-bad bundle failed, the known-good one was clear' };
}

async function judgementOf(engine: Engine, kind: 'bad' | 'good', signal: AbortSignal): Promise<Judgement> {
  const startedAt = new Date();
  await using loaded = await engine.load(join(bundles, kind));
  const context = await engine.prepare(loaded, { only: ['control'], signal });
  const results: RunResult[] = [];
  for (;;) {
    const sheet = planRuns(context.plan, results);
    const next = sheet.runs.find((spec) => !results.some((result) => result.spec.id === spec.id));
    if (next === undefined) {
      const durationMs = Date.now() - startedAt.getTime();
      return judge(assembleEvidence(context.plan, sheet, results, { startedAt, durationMs }));
    }
    const result = await engine.perform(context, next, signal);
    if (result.outcome === 'not-run')
      throw new Error(`the self-check could not look: ${result.why ?? 'no reason given'}`);
    results.push(result);
  }
}
