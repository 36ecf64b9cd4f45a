import type { Evidence, RunResult } from '../domain/observation.ts';
import type { DatabaseState } from '../domain/schema.ts';
import type { JudgedAftermath } from '../domain/verdict.ts';
import type { JudgeContext } from './context.ts';
import { retryConverged } from './derive/expected-end.ts';
import { apartFromLedgers, sameLedger, sameSchema } from './derive/same-state.ts';
import { objectKey } from './schema-difference.ts';

/** What each run that left something behind left, measured as the checks measure it. */
export function judgeAftermaths({ runs }: Evidence, context: JudgeContext): readonly JudgedAftermath[] {
  const wanted = context.expected?.run.end;
  const end = wanted?.seen === true ? wanted.value : undefined;
  return runs
    .filter((run) => run.aftermath !== undefined)
    .map((run) => ({
      run: run.spec.id,
      schemaEqual: end === undefined || !run.end.seen ? null : sameSchema(run.end.value, end),
      ledgerEqual: end === undefined || !run.end.seen ? null : sameLedger(run.end.value, end),
      leftovers: end === undefined ? [] : extraObjects(run, end),
      converged: retryConverged(context.expected, run),
    }));
}

/** Objects that are there and that neither the expected end nor the beginning has, the tools' own books apart. */
function extraObjects({ before, end }: RunResult, wanted: DatabaseState): readonly string[] {
  if (!end.seen) return [];
  const known = new Set(wanted.schema.objects.map(objectKey));
  if (before.seen) for (const object of before.value.schema.objects) known.add(objectKey(object));
  return apartFromLedgers(end.value, wanted)[0]
    .objects.filter((object) => !known.has(objectKey(object)))
    .map(({ kind, name }) => `${kind} ${name}`);
}
