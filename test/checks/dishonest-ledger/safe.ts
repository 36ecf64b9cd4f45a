import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, evidence, firstFile, objects, secondFile } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

export const sentence =
  'Killed before its ledger row, the migration leaves a column that nobody recorded; the next attempt copes with it.';

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      end: observed(state([...objects.base, objects.seenAt], ['0022'])),
      aftermath: aftermath([...firstFile, ...secondFile]),
    }),
  },
});
