import type { RunResult } from '../../domain/observation.ts';
import type { DatabaseState } from '../../domain/schema.ts';
import type { JudgeContext } from '../context.ts';

/**
 * UNLOGGED tables that the migration made and filled, and that are empty although its commands say that all is done:
 * a server that recovers empties them.
 */
export function emptiedTables(run: RunResult, { expected }: JudgeContext): readonly string[] {
  if (run.fault?.kind !== 'kill-server' && run.fault?.kind !== 'out-of-memory') return [];
  const end = run.aftermath?.retry?.end ?? run.end;
  const wanted = expected?.run.end;
  if (!end.seen || wanted?.seen !== true || !run.before.seen) return [];
  const before = new Set(run.before.value.schema.objects.map(({ kind, name }) => `${kind} ${name}`));
  return end.value.schema.objects
    .filter(({ kind, name, attributes }) => {
      if (kind !== 'table' || attributes.persistence !== 'unlogged' || before.has(`table ${name}`)) return false;
      return rowsOf(end.value, name) === 0 && rowsOf(wanted.value, name) > 0;
    })
    .map(({ name }) => name);
}

const rowsOf = ({ rowCounts }: DatabaseState, relation: string): number =>
  rowCounts.find((count) => count.relation === relation)?.rows ?? 0;
