import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { ValuesLost } from '../../shared/domain/recovery.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { type HeldValues, readHeldValues, readLostValues } from '../probes/read-values.ts';

/**
 * Remembers what the columns hold that the migration brought: those are what a way back takes along. Where nobody knows
 * what was there before, of all columns.
 */
export async function watchValues(
  run: LiveRun,
  before: Observed<DatabaseState> | undefined,
  left: Observed<DatabaseState>,
): Promise<{ lost(): Promise<Observed<readonly ValuesLost[]>> }> {
  if (before?.seen === false || !left.seen) return { lost: async () => unobserved('the columns were not looked at') };
  const known = before === undefined ? new Set<string>() : columnsOf(before.value);
  const brought = new Set([...columnsOf(left.value)].filter((name) => !known.has(name)));
  const held = await looked(run, (admin) => readHeldValues(admin, brought));
  return {
    lost: async () => (held.seen ? await looked(run, (admin) => readLostValues(admin, held.value)) : held),
  };
}

const columnsOf = ({ schema }: DatabaseState): ReadonlySet<string> =>
  new Set(schema.objects.filter(({ kind }) => kind === 'column').map(({ name }) => name));

type Look<T> = (session: SqlSession) => Promise<T>;

async function looked<T extends HeldValues | readonly ValuesLost[]>(run: LiveRun, look: Look<T>): Promise<Observed<T>> {
  try {
    return observed(await run.observer.look(look));
  } catch (error) {
    const said = error instanceof Error ? run.redact.message(error.message) : String(error);
    return unobserved(`the values could not be counted: ${said}`);
  }
}
