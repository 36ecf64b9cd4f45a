import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parseScenarios } from '../../../workers/cli/parse-scenarios.ts';

const only = (...args: readonly string[]) =>
  new Command().option('--only <scenarios>', 'only these', parseScenarios).parse(args, { from: 'user' }).opts().only;

test('scenarios are named in one option, or in several', () => {
  expect(only('--only', 'control,contention')).toEqual(['control', 'contention']);
  expect(only('--only', 'control', '--only', 'contention', '--only', 'control')).toEqual(['control', 'contention']);
});

test('what is no scenario is told with those that there are', () => {
  expect(() => parseScenarios('control,contnetion')).toThrow(/^contnetion is no scenario; there are control, /);
});
