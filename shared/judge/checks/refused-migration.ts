import { failingAttempt, isCleanRefusal } from '../derive/clean-refusal.ts';
import { complaintIn } from '../derive/complaint.ts';
import { placeOf } from '../derive/place.ts';
import { defineCheck } from './check.ts';

/** A stop, not a damage: the migration said no before it touched anything. */
export const refusedMigration = defineCheck({
  id: 'refused-migration',
  title: 'The migration refuses to run',
  why: 'Nothing is broken, but the deployment cannot go on until what it complains of is settled.',
  severity: 'blocks',
  needs: ['control'],
  parts: ['migration'],
  find: ({ control }, context) =>
    control.runs.flatMap((run) => {
      const attempt = failingAttempt(run);
      if (attempt === undefined || !isCleanRefusal(run, attempt)) return [];
      const raised = attempt.statements.findLast((statement) => statement.sqlstate?.startsWith('P0'));
      const reason = raised?.message ?? complaintIn(attempt.outputTail) ?? 'it gave no reason';
      return [
        {
          title: `${attempt.phase} refuses to run and leaves everything as it was`,
          summary: `The command exited ${attempt.exitCode}; schema, ledger and row counts are as before. It said: ${reason}`,
          runs: [run],
          ...(raised === undefined ? { phase: attempt.phase } : placeOf(raised, attempt.phase, context)),
          facts: { exitCode: attempt.exitCode },
          remedy: { text: 'Settle what it complains of, then run: rehearse run . --only control' },
        },
      ];
    }),
});
