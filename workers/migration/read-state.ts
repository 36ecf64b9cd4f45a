import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import type { LiveRun } from '../live-run.ts';
import { readDatabaseState } from '../probes/read-database-state.ts';

/**
 * The state of the run's clone, or why it could not be read: a look that failed is no observation. Rows are counted
 * only where somebody compares them; on large tables that is what takes the time.
 */
export async function readState(
  run: LiveRun,
  { rows }: { readonly rows: 'counted' | 'uncounted' } = { rows: 'counted' },
): Promise<Observed<DatabaseState>> {
  const options = { namedLedgers: namedLedgers(run), countRows: rows === 'counted' };
  try {
    return observed(await run.observer.look((admin) => readDatabaseState(admin, options)));
  } catch (error) {
    const said = error instanceof Error ? run.redact.message(error.message) : String(error);
    return unobserved(`the catalog could not be read: ${said}`);
  }
}

/** Ledgers that the manifest names; others are recognised by their shape. */
export function namedLedgers(run: LiveRun): readonly string[] {
  const { phases, rollback } = run.plan.bundle.manifest;
  return [...phases, ...(rollback === undefined ? [] : [rollback])].flatMap(({ run: phaseRun }) =>
    phaseRun.kind === 'sql' && phaseRun.ledger !== 'none' ? [phaseRun.ledger] : [],
  );
}
