import type { Aftermath } from '../../shared/domain/observation.ts';
import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { observeFreshCell } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhase } from '../migration/perform-phase.ts';
import { readState } from '../migration/read-state.ts';
import { watchValues } from './rollback-values.ts';

/** Where nothing leads forward: does the declared rollback lead back from just this state, and at what price? */
export async function walkBackFromHere(
  run: LiveRun,
  left: Observed<DatabaseState>,
): Promise<Pick<Aftermath, 'wayBack'>> {
  const { rollback, apps } = run.plan.bundle.manifest;
  if (rollback === undefined) return {};
  await using fork = await run.clone.fork();
  await using there = await run.on(fork);
  const values = await watchValues(there, undefined, left);
  const attempt = await performPhase(there, rollback, { attempt: 1 });
  const end = await readState(there);
  const seen = { attempt, end, valuesLost: await values.lost() };
  if (attempt.exitCode !== 0 || attempt.timedOut || apps === 'none') return { wayBack: seen };
  const fingerprint = end.seen ? observed(stateFingerprint(end.value)) : end;
  const place = { app: 'previous', boot: 'fresh', point: { kind: 'after-rollback' }, inRun: run.spec.id } as const;
  const cell = await observeFreshCell(there, fork, { ...place, stateFingerprint: fingerprint }, false);
  return { wayBack: { ...seen, cell } };
}
