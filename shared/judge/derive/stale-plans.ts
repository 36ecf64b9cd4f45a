import type { SqlErrorObservation } from '../../domain/observation.ts';
import type { AssessedCell } from './assess-cells.ts';

/**
 * Errors of a version that was kept running, where all that fails is what its old connections remember: a plan, or the
 * columns that a table had. The same version freshly started on the same state answers every probe. Empty: it is
 * something else that breaks it.
 */
export function staleErrors(
  { cell, newErrors, observation, dead }: AssessedCell,
  cells: readonly AssessedCell[],
): readonly SqlErrorObservation[] {
  if (cell.boot !== 'running' || cell.outcome !== 'fail') return [];
  // A process that ended, or never started, did not only remember.
  if (
    dead.length > 0 ||
    observation.endedByItself !== undefined ||
    !cell.probes.some(({ outcome }) => outcome === 'fail')
  )
    return [];
  const fresh = cells.find(
    (other) => other.cell.app === cell.app && other.cell.boot === 'fresh' && other.cell.state === cell.state,
  );
  if (fresh?.cell.outcome !== 'pass') return [];
  const causes = newErrors.filter(({ sqlstate }) => sqlstate !== consequence);
  return causes.every(isStale) ? causes : [];
}

/** Every further statement of a transaction that failed. */
const consequence = '25P02';

const isStale = ({ sqlstate, message }: SqlErrorObservation): boolean =>
  sqlstate === '0A000' ? message.startsWith('cached plan must not') : sqlstate === '42703' || sqlstate === '42P01';
