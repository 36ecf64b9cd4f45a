import { expect, test } from 'vitest';
import { observed } from '../../../shared/domain/observed.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { refusalIn } from '../../../shared/plan/refusal.ts';
import { controlOf, planOf } from '../../support/run-results.ts';

test('a previous version that does not become ready is refused at its place in the manifest, with its last words', () => {
  const baseline = planRuns(planOf(), []).runs.find(({ id }) => id === 'compatibility-previous-fresh-before');
  if (baseline === undefined) expect.fail('the baseline of previous is planned');
  const cell = { started: observed(false), logTail: ['one', 'two'] } as never;
  expect(refusalIn([controlOf({ spec: baseline, cells: [cell] })])).toMatchObject({
    code: 'previous-not-ready',
    problems: [{ file: 'rehearsal.yaml', key: 'apps.previous', message: 'last lines of its log:\none\ntwo' }],
  });
});
