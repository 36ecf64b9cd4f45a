import type { RunSpec } from '../../shared/domain/run.ts';
import type { LiveRun } from '../live-run.ts';
import { compatibility } from './compatibility.ts';
import { contention } from './contention.ts';
import { control } from './control.ts';
import { interruption } from './interruption.ts';
import { mixed } from './mixed.ts';
import { rollback } from './rollback.ts';
import type { ScenarioFindings } from './scenario.ts';
import { secondStart } from './second-start.ts';
import { standby } from './standby.ts';
import { steady } from './steady.ts';
import { underLoad } from './under-load.ts';

/** One question each; a scenario that is added to the domain does not compile until it is answered here. */
export function performScenario(run: LiveRun): Promise<ScenarioFindings> {
  const { spec } = run;
  switch (spec.scenario) {
    case 'control':
      return control(withSpec(run, spec));
    case 'under-load':
      return spec.steady === undefined ? underLoad(withSpec(run, spec)) : steady(withSpec(run, spec), spec.steady);
    case 'contention':
      return spec.holder === 'second-start' ? secondStart(withSpec(run, spec)) : contention(withSpec(run, spec));
    case 'interruption':
      return interruption(withSpec(run, spec));
    case 'compatibility':
      return spec.app === 'both' ? mixed(withSpec(run, spec)) : compatibility(withSpec(run, spec));
    case 'rollback':
      return rollback(withSpec(run, spec));
    case 'standby':
      return standby(withSpec(run, spec));
  }
}

/** The same live run, its spec known more exactly. */
const withSpec = <Spec extends RunSpec>(run: LiveRun, _spec: Spec): LiveRun<Spec> => run as LiveRun<Spec>;
