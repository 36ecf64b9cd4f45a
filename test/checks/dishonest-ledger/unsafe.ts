import { observed } from '../../../shared/domain/observed.ts';
import { aftermath, attempt, evidence, objects, secondFile } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

export const sentence =
  'The tool writes its version row first: killed in between, the ledger says applied and the column is not there.';
export const finds = {
  severity: 'blocks',
  scenario: 'interruption',
  phase: 'pre-deploy',
  relation: 'public.schema_migrations',
};

const skipped = observed(state([...objects.base, ...objects.notes], ['0022', '0023', '0024']));

export default evidence({
  runs: {
    'interruption-pre-deploy-1': (run) => ({
      ...run,
      end: observed(state(objects.base, ['0022', '0023'])),
      aftermath: aftermath([], {
        retry: { attempts: [attempt({ attempt: 2, statements: secondFile })], end: skipped },
      }),
    }),
  },
});
