import type { Overlap } from '../domain/bundle.ts';
import type { DeployOrder, SplitStep } from '../domain/deploy-order.ts';

/** One way to deploy that holds, in a sentence; where none does, how to take the change apart. */
export function proposalOf(declared: Overlap, order: DeployOrder): string {
  const back = order.pointOfNoReturn === undefined ? '' : ` There is no way back from “${order.pointOfNoReturn}” on.`;
  const split = order.split === undefined ? '' : ' Or split the change: expand first, contract when previous is gone.';
  if (order.safe.includes(declared)) return `Deploy it as declared (${declared}).${back}`;
  if (order.nextWorksFrom !== undefined && order.safe.length === 0) {
    return `Let ${order.nextWorksFrom} run before next is started.${back}${split}`;
  }
  const broken = order.unsafe.find(({ overlap }) => overlap === declared);
  const why = broken === undefined ? '' : `: ${broken.app} does not work on “${broken.state}”`;
  if (order.safe.length === 0) {
    const open = order.unknown.map(({ overlap }) => overlap);
    if (broken === undefined) return `Whether ${declared} holds was not seen.${back}${split}`;
    const rest = open.length === 0 ? 'No order of these phases holds' : `Not seen is only ${open.join(' or ')}`;
    return `Do not deploy it as ${declared}${why}. ${rest}.${back}${split}`;
  }
  const advice = `Deploy it as ${order.safe.join(' or ')}`;
  return `${broken === undefined ? `Whether ${declared} holds was not seen` : `Do not deploy it as ${declared}${why}`}. ${advice}.${back}${split}`;
}

/** A step of the split, in words. */
export function stepWords({ step, change, object, becomes }: SplitStep): string {
  const later = 'when no process of previous is left, and nobody wants to go back';
  if (change === 'rename') {
    return step === 'expand'
      ? `Expand, before the rollout: add ${becomes} beside ${object}, keep both equal whoever writes, and fill it in batches`
      : `Contract, ${later}: take ${object} away`;
  }
  if (change === 'drop') return `Contract, ${later}: drop ${object}`;
  return `Contract, ${later}: change ${object}; until then keep what previous reads and writes there, and give next a column of its own`;
}
