import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { readDatabaseState } from '../probes/read-database-state.ts';

/** The state of the run's clone, or why it could not be read: a look that failed is no observation. */
export async function readState(run: LiveRun, session: SqlSession = run.admin): Promise<Observed<DatabaseState>> {
  try {
    return observed(await readDatabaseState(session, { namedLedgers: namedLedgers(run) }));
  } catch (error) {
    return unobserved(
      `the catalog could not be read: ${error instanceof Error ? run.redact(error.message) : String(error)}`,
    );
  }
}

/** Ledgers that the manifest names; others are recognised by their shape. */
function namedLedgers(run: LiveRun): readonly string[] {
  const { phases, rollback } = run.plan.bundle.manifest;
  return [...phases, ...(rollback === undefined ? [] : [rollback])].flatMap(({ run: phaseRun }) =>
    phaseRun.kind === 'sql' && phaseRun.ledger !== 'none' ? [phaseRun.ledger] : [],
  );
}
