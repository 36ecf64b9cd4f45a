import { expect, test } from 'vitest';
import { otherMajor } from '../../../shared/plan/snapshot-major.ts';

const snapshot = { name: 'orders', version: '3', major: 17 };
const wanting = (major?: number) => ({ postgres: { settings: {}, ...(major === undefined ? {} : { major }) } });

test.each([undefined, 17])('a snapshot of 17 is rehearsed where the bundle names the major %s', (major) => {
  expect(otherMajor(wanting(major), snapshot, '')).toBeUndefined();
});

test.each([
  ['rehearsal: 1\npostgres:\n  settings: {}\n  major: 18\n', { line: 4 }],
  ['rehearsal: 1\npostgres: { major: 18 }\n', { line: 2 }],
  ['no longer: YAML: at all', {}],
])('a bundle that names another major is invalid, at the line of %j', (text, line) => {
  const refusal = otherMajor(wanting(18), snapshot, text);
  expect(refusal).toMatchObject({ fault: 'bundle', code: 'invalid-bundle' });
  expect(refusal?.problems).toEqual([
    {
      ...{ file: 'rehearsal.yaml', ...line, key: 'postgres.major' },
      message: expect.stringMatching(/is 18, .*orders@3 is of PostgreSQL 17.*`major: 17`.*snapshot create orders$/),
    },
  ]);
});
