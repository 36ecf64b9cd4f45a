import { RehearsalError } from '../../shared/domain/problem.ts';
import type { UnderLoadRun } from '../../shared/domain/run.ts';
import type { SteadyAsk, SteadyObservation } from '../../shared/domain/steady.ts';
import { watchVersion } from '../apps/watch-version.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { nothingElse, type ScenarioFindings } from './scenario.ts';
import { type UnderTraffic, withTraffic } from './with-traffic.ts';

/** How does a version live with production's traffic, its background processes beside it, when nothing is migrated? */
export async function steady(run: LiveRun<UnderLoadRun>, ask: SteadyAsk): Promise<ScenarioFindings> {
  const { phases } = run.plan.bundle.manifest;
  const performed = ask.app === 'next' ? await performPhases(run, phases) : { attempts: [], stoppedAt: undefined };
  const { attempts, stoppedAt } = performed;
  if (stoppedAt !== undefined) {
    const because = `${stoppedAt.name} did not exit 0: there was nothing that next could live on`;
    const weaknesses = [{ part: 'migration', because }] as const;
    return { ...nothingElse, attempts, end: await readState(run), weaknesses, failed: true };
  }
  const { result, load, lockWaits, weaknesses } = await lived(run, ask);
  return {
    ...nothingElse,
    attempts,
    end: await readState(run, { rows: 'uncounted' }),
    load,
    lockWaits,
    weaknesses,
    steady: result,
    failed: false,
  };
}

async function lived(run: LiveRun<UnderLoadRun>, ask: SteadyAsk): Promise<UnderTraffic<SteadyObservation>> {
  const { statements } = run.plan.bundle.manifest.load;
  // Traffic flows before the version starts: a background process may keep its tables to itself from then on.
  const own = statements.filter(({ for: version }) => version === 'both' || version === ask.app);
  const traffic = {
    targets: run.spec.targets,
    actorsOn: [],
    statements: own.map((statement) => ({ ...statement, for: ask.app })),
    ...{ leadMs: 0, tailMs: 0, durationMs: 0 },
  };
  try {
    return await withTraffic(run, traffic, ({ setVersions }) => {
      setVersions([ask.app]);
      return watchVersion(run, ask);
    });
  } catch (error) {
    // Previous' traffic was possible: what the migration made impossible is no mistake of the manifest's.
    if (ask.app === 'previous' || !(error instanceof RehearsalError) || error.fault !== 'bundle') throw error;
    const remedy = 'Give the statements in load.statements that only one version can send a `for`.';
    throw new RehearsalError('ours', 'no-steady-traffic', error.message, remedy, { cause: error });
  }
}
