import { expect, test } from 'vitest';
import { parsePolicy, requireClassified } from '../../../workers/snapshots/masking-policy.ts';

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('a policy says of each column: keep, an expression, or drop', () => {
  const policy = parsePolicy(
    'p.yaml',
    'tables:\n  public.t:\n    a: { keep: "why" }\n    b: { sql: md5(b) }\n    c: drop\n',
  );
  expect(Object.fromEntries(policy.get('public.t') ?? [])).toEqual({
    a: { kind: 'keep', reason: 'why' },
    b: { kind: 'sql', expression: 'md5(b)' },
    c: { kind: 'drop' },
  });
});

test('everything that is not understood is told at once: a reason is required, and nothing is guessed', () => {
  const text =
    'tables:\n  public.t:\n    a: { keep: "" }\n    b: keep\n    c: { keep: x, sql: y }\n    d: { mask: z }\n    e: drop\n';
  const error = thrownBy(() => parsePolicy('p.yaml', text));
  expect(error).toMatchObject({ fault: 'policy', code: 'invalid-policy' });
  const keys = (error as { problems: { key: string }[] }).problems.map(({ key }) => key);
  expect(keys).toEqual(['a', 'b', 'c', 'd'].map((column) => `tables.public.t.${column}`));
});

test.each(['', 'tables: 3', '- a', 'tables: [', 'other: {}'])('a file that is no policy is refused: %j', (text) => {
  expect(thrownBy(() => parsePolicy('p.yaml', text))).toMatchObject({ code: 'invalid-policy' });
});

test('a column that nobody classified is refused, and the remedy can be pasted', () => {
  const policy = parsePolicy('p.yaml', 'tables:\n  public.t:\n    a: drop\n');
  requireClassified(policy, [{ table: 'public.t', columns: ['a'] }]);
  const error = thrownBy(() => requireClassified(policy, [{ table: 'public.t', columns: ['a', 'Full Name'] }])) as {
    remedy: string;
  };
  expect(error).toMatchObject({ fault: 'policy', code: 'unclassified-columns' });
  const pasted = error.remedy.slice(error.remedy.indexOf('\ntables:') + 1);
  requireClassified(parsePolicy('pasted', pasted), [{ table: 'public.t', columns: ['Full Name'] }]);
});
