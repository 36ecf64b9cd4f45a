import { expect, test } from 'vitest';
import { quietTwin, readRun } from '../../../services/web/src/report/timeline/read-run.ts';
import { remembered } from '../../../services/web/src/report/timeline/remembered.ts';
import { redReport } from '../../shared/report/reports.ts';

test('what is made of one thing is made once, and of another one anew', () => {
  let made = 0;
  const make = remembered((_: object) => {
    made += 1;
    return undefined;
  });
  const [one, other] = [{}, {}];
  for (const key of [one, one, other, one]) make(key);
  expect(made).toBe(2);
});

test('a statement has the first of its like in the quiet run for its twin, and none where the quiet run did not send it', () => {
  const report = redReport();
  const [control] = report.runs;
  if (control === undefined) throw new Error('the red report has no control run');
  const quiet = readRun(report, control);
  const [bar] = quiet.attempts.flatMap(({ bars }) => bars);
  if (bar === undefined) throw new Error('the control run has no statement');
  expect(readRun(report, control)).toBe(quiet);
  expect(quietTwin(bar, quiet)).toBe(bar.statement);
  expect(quietTwin({ ...bar, statement: { ...bar.statement, sql: 'SELECT 1' } }, quiet)).toBeUndefined();
});
