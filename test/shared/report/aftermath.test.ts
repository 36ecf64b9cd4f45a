import { expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { assembleReport } from '../../../shared/report/assemble-report.ts';
import { evidence } from '../../support/evidence.ts';

const id = 'interruption-pre-deploy-1';

test('the report says that a retry converged where the checks do: the order of ledger entries is nothing', () => {
  let reversed = false;
  const given = evidence({
    runs: {
      [id]: (run): RunResult => {
        const retry = run.aftermath?.retry;
        if (run.aftermath === undefined || retry === undefined || !retry.end.seen) return run;
        const ledgers = retry.end.value.ledgers.map((ledger) => ({ ...ledger, entries: ledger.entries.toReversed() }));
        reversed = ledgers.some((ledger) => ledger.entries.length > 1);
        const end = observed({ ...retry.end.value, ledgers });
        return { ...run, aftermath: { ...run.aftermath, retry: { ...retry, end } } };
      },
    },
  });
  const judgement = judge(given);
  expect(reversed).toBe(true);
  expect(judgement.findings.map(({ check }) => check)).not.toContain('unrepeatable-migration');
  const run = assembleReport(given, judgement).runs.find((candidate) => candidate.id === id);
  expect(run?.aftermath?.retry?.converged).toBe(true);
});
