import { formatMs } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import type { Tone } from '../kit/mark.tsx';
import type { LiveRun } from './live-state.ts';
import { inert } from './name.tsx';

/** The run sheet as it grows: what is planned, what runs, what has ended. */
export function LiveRuns({ runs }: { readonly runs: readonly LiveRun[] }) {
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))];
  const ended = runs.filter(({ is }) => is === 'ended').length;
  return (
    <section className="stack" aria-labelledby="runs-title">
      <h2 id="runs-title">
        Runs{' '}
        <span className="soft">
          {ended} of {runs.length} ended{runs.length > 0 && '; what they show may ask for more'}
        </span>
      </h2>
      {runs.length === 0 && <p className="soft">They are planned when a worker has read the bundle.</p>}
      {scenarios.map((scenario) => (
        <section key={scenario} aria-label={scenario} className="scenario">
          <h3>{inert(scenario, 40)}</h3>
          <ul className="runs">
            {runs
              .filter((run) => run.scenario === scenario)
              .map((run) => (
                <li key={run.id} data-run={run.id}>
                  <Badge tone={toneOf(run)}>{run.outcome ?? (run.is === 'started' ? 'running' : 'planned')}</Badge>{' '}
                  <span>{inert(run.id, 80)}</span>
                  {run.durationMs !== null && <span className="soft"> {formatMs(run.durationMs)}</span>}
                </li>
              ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

/** How a run ended is no verdict: one that was made to fail has failed as it should. */
function toneOf({ outcome }: LiveRun): Tone {
  return outcome === 'completed' ? 'pass' : outcome === null ? 'idle' : 'open';
}
