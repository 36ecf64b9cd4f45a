import { expect, test } from 'vitest';
import { excused } from '../../workers/scenarios/rollback-versions.ts';

const failed = { name: 'the list', outcome: 'fail', detail: 'json.total: 4 is not 3' } as const;
const outage = { ...failed, detail: 'status 500, expected 2xx' };
const changed = { why: 'next’s own writes change its answer', evenOutages: false };

test('an answer that next’s writes changed is no evidence, an outage of previous is', () => {
  expect(excused(failed, changed)).toMatchObject({ outcome: 'not-run', detail: changed.why });
  expect(excused(outage, changed)).toBe(outage);
  expect(excused({ ...failed, outcome: 'pass' }, changed)).toMatchObject({ outcome: 'pass' });
  expect(excused(failed, undefined)).toBe(failed);
});

test('what next fails with, too, or what can be asked only once proves nothing at all', () => {
  expect(excused(outage, { ...changed, evenOutages: true })).toMatchObject({ outcome: 'not-run' });
});
