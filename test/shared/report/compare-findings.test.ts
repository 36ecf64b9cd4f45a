import { expect, test } from 'vitest';
import { compareFindings } from '../../../shared/report/compare-findings.ts';
import { finding } from './reports.ts';

const titles = (changes: ReturnType<typeof compareFindings>) => ({
  appeared: changes.appeared.map(({ title }) => title),
  gone: changes.gone.map(({ title }) => title),
  same: changes.same.map(({ title }) => title),
});

test('what only one of the two has is new or gone, the rest is the same', () => {
  const shared = finding({ check: 'failed-migration', ordinal: 1, title: 'shared' });
  const left = finding({ check: 'lost-rows', ordinal: 2, title: 'left' });
  const right = finding({ check: 'table-rewrite', ordinal: 3, title: 'right' });
  expect(titles(compareFindings([shared, left], [right, shared]))).toEqual({
    appeared: ['left'],
    gone: ['right'],
    same: ['shared'],
  });
});

test('a statement that moved is the same finding, and none is paired twice', () => {
  const at = (ordinal: number) =>
    finding({ check: 'lock-queue-pileup', relation: 'public.orders', ordinal, title: `#${ordinal}` });
  expect(titles(compareFindings([at(2), at(3)], [at(1), at(2)]))).toEqual({
    appeared: [],
    gone: [],
    same: ['#2', '#3'],
  });
  expect(titles(compareFindings([at(2), at(3)], [at(2)]))).toEqual({ appeared: ['#3'], gone: [], same: ['#2'] });
});

test('the run that showed a state is no part of what was found', () => {
  const state = (name: string) => finding({ check: 'broken-next-version', app: 'next', state: name, title: name });
  expect(
    titles(compareFindings([state('after pre-deploy in r7')], [state('after pre-deploy in r9')])).same,
  ).toHaveLength(1);
  expect(titles(compareFindings([state('after pre-deploy')], [state('before')])).appeared).toHaveLength(1);
});
