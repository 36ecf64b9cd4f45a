import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { usageError } from '../../../workers/cli/usage-error.ts';

const cases = [
  ["error: unknown command 'rnu'\n(Did you mean run?)", { key: 'rnu', nearest: 'run' }],
  ["error: unknown option '--onyl'\n(Did you mean --only?)", { key: '--onyl', nearest: '--only' }],
  [
    "error: option '--host <host>' argument 'dokcer' is invalid. Allowed choices are docker, process, auto.",
    { key: '--host', nearest: 'docker' },
  ],
  [
    "error: option '--only <scenarios>' argument 'control,contnetion' is invalid. contnetion is no scenario; there are control, contention",
    { key: '--only', nearest: 'contention' },
  ],
  ["error: option '--seed <number>' argument 'x' is invalid. a seed is a whole number from 0 on", { key: '--seed' }],
  ["error: missing required argument 'bundle'", { key: 'bundle' }],
] as const;

test.each(cases)('%s: names what is wrong and what is near to it', (said, place) => {
  const error = usageError(new CommanderError(1, 'commander.any', said), 'run');
  expect(error).toMatchObject({ fault: 'bundle', code: 'usage', remedy: 'see `rehearse run --help`' });
  expect(error.message).not.toMatch(/error:|Did you mean/);
  expect(error.problems).toEqual([{ message: error.message, ...place }]);
});

test('a word that is near to nothing gets no suggestion', () => {
  const said = "error: option '--host <host>' argument 'kubernetes' is invalid. Allowed choices are docker, auto.";
  expect(usageError(new CommanderError(1, 'commander.any', said), 'run').problems[0]).not.toHaveProperty('nearest');
});
