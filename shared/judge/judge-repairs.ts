import type { Manifest } from '../domain/bundle.ts';
import type { CellObservation, RunResult } from '../domain/observation.ts';
import type { RepairTrial } from '../domain/recovery.ts';
import type { DatabaseState, HeldLedgerLock } from '../domain/schema.ts';
import type { JudgeContext } from './context.ts';
import { endedWell } from './derive/attempts.ts';
import type { Baselines } from './derive/baselines.ts';
import { expectedAfter } from './derive/expected-end.ts';
import { sameLedger, sameSchema, sameState } from './derive/same-state.ts';

interface JudgedRepairs {
  /** Only what was applied to that state, led to the expected schema, and on which the version due there works. */
  readonly sql?: string;
  /** The command was run again after it, and did the rest. */
  readonly thenAgain?: true;
  /** Why it may be shown, or why none is; absent: nothing was tried. */
  readonly because?: string;
}

export function judgeRepairs(run: RunResult, baselines: Baselines, context: JudgeContext): JudgedRepairs {
  const { repairs, retry } = run.aftermath ?? {};
  if (repairs === undefined) return {};
  if (!repairs.seen) return { because: `no SQL was tried: ${repairs.why}` };
  const phase = retry?.attempts.at(-1)?.phase ?? '';
  const judged = repairs.value.map((trial) => ({ trial, flaw: flawOf(trial, phase, baselines, context) }));
  const good = judged.find(({ flaw }) => flaw === undefined)?.trial;
  if (good === undefined) {
    const [first] = judged;
    if (first === undefined) return { because: 'no SQL is sure to close the gap without losing data' };
    return { because: `the SQL that was drafted is withheld: ${first.flaw}` };
  }
  const wanted = expectedAfter(context.expected, phase);
  const ledger = wanted.seen && good.end.seen && sameLedger(wanted.value, good.end.value);
  const moved = run.end.seen && retry?.end.seen === true && !sameState(run.end.value, retry.end.value);
  const asked = good.cell === undefined ? '' : `, and ${good.cell.app} passes its probes there`;
  if (good.again !== undefined) {
    const because = `a migration lock was left held: the SQL that frees it was applied to a clone in that state, and running the command again after it was seen to reach the expected end${asked}`;
    return { sql: good.statements.join('\n'), thenAgain: true, because };
  }
  return {
    sql: good.statements.join('\n'),
    because: `the SQL was applied to a clone in that state${moved ? ', after the command had been run again' : ''}: ${
      ledger ? 'schema and ledger are the expected ones' : 'the schema is the expected one, the ledger is not yet'
    }${asked}; what the migration does to rows is no part of it`,
  };
}

/** Why this draft must not be shown; undefined: it may. */
function flawOf(
  { refused, again = [], end, cell }: RepairTrial,
  phase: string,
  baselines: Baselines,
  context: JudgeContext,
): string | undefined {
  if (refused !== undefined) return `its statement ${refused.statement} was refused with ${refused.sqlstate}`;
  if (!again.every(endedWell)) return 'the command failed once more after it';
  const wanted = expectedAfter(context.expected, phase);
  if (!wanted.seen || !end.seen) return 'where it led was not seen';
  if (!sameSchema(wanted.value, end.value)) return 'it led to another schema than the expected one';
  if (again.length > 0 && !sameLedger(wanted.value, end.value)) return 'it led to another ledger than the expected one';
  const stillHeld = (end.value.heldLocks ?? []).filter((lock) => !isHeldIn(wanted.value, lock));
  if (stillHeld.length > 0) return `${stillHeld.map(({ relation }) => relation).join(', ')} is still held after it`;
  if (context.manifest.apps === 'none' || answersWell(cell, baselines, context.manifest)) return undefined;
  return cell === undefined ? 'no version was asked on its result' : `${cell.app} does not work on its result`;
}

const isHeldIn = ({ heldLocks = [] }: DatabaseState, { relation }: HeldLedgerLock): boolean =>
  heldLocks.some((lock) => lock.relation === relation);

/** It started, a probe that proves something passes, and none of those fails. */
export function answersWell(cell: CellObservation | undefined, baselines: Baselines, manifest: Manifest): boolean {
  if (cell === undefined || !cell.started.seen || !cell.started.value) return false;
  if (cell.endedByItself !== undefined || cell.statements === 0) return false;
  const proven = cell.probes.filter(({ name }) => baselines.unproven(name, manifest) === undefined);
  return proven.some(({ outcome }) => outcome === 'pass') && proven.every(({ outcome }) => outcome !== 'fail');
}
