import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { gateCommand } from '../../../workers/cli/gate-command.ts';
import type { CommandIo } from '../../../workers/cli/io.ts';
import { judgeCommand } from '../../../workers/cli/judge-command.ts';
import { reportToCommand } from '../../../workers/cli/report-to-command.ts';
import { runCommand as runHere } from '../../../workers/cli/run-command.ts';
import { snapshotCommand } from '../../../workers/cli/snapshot-command.ts';
import { parseWait, submitCommand } from '../../../workers/cli/submit-command.ts';
import { runCommand } from '../../support/run-command.ts';

const server = ['--server', 'http://127.0.0.1:9'];
const question = [...server, '--service', 'a', '--version', '1'];
const commands: Readonly<Record<string, (io: CommandIo) => Command>> = {
  run: runHere,
  judge: judgeCommand,
  submit: submitCommand,
  gate: gateCommand,
  snapshot: snapshotCommand,
  'report-to': reportToCommand,
};
const ended = (command: string, args: readonly string[]) =>
  runCommand(commands[command] as (io: CommandIo) => Command, args, { cwd: '/no/such/place' });

/** What a CI variable that is not set leaves of `--seed "$SEED"`; none of these may mean something else in silence. */
describe('an empty value is refused with what to do about it', () => {
  test.for([
    ['run', ['x', '--seed', ''], '--seed'],
    ['run', ['x', '--seed='], '--seed'],
    ['run', ['x', '--snapshot', ''], '--snapshot'],
    ['run', ['x', '--only', ''], '--only'],
    ['run', ['x', '--out', ''], '--out'],
    ['run', ['x', '--environment', ''], '--environment'],
    ['judge', ['x', '--out', ''], '--out'],
    ['submit', ['x', ...server, '--environment', ''], '--environment'],
    ['submit', ['x', ...server, '--branch', ''], '--branch'],
    ['submit', ['x', ...server, '--wait', ''], '--wait'],
    ['gate', [...question, '--version', ''], '--version'],
    ['gate', [...question, '--service', ''], '--service'],
    ['gate', [...question, '--environment', ''], '--environment'],
    ['gate', [...question, '--bundle', ''], '--bundle'],
    ['gate', [...server, '--report', ''], '--report'],
    ['snapshot', ['create', 'a', '--from', 'sql', '', '--major', '17'], '--from'],
    ['report-to', ['github', '--report', 'x', '--name', ''], '--name'],
  ] as const)('%s %j', async ([command, args, option]) => {
    const { code, stdout, stderr } = await ended(command, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`option '${option} <`);
    expect(stderr).toMatch(/is empty, as a variable that is not set.*leave the option out/);
  });

  test.for([
    ['run', ['']],
    ['judge', ['']],
    ['submit', ['', ...server]],
    ['snapshot', ['inspect', '']],
  ] as const)('%s %j: it would be the directory where it is called', async ([command, args]) => {
    const { code, stderr } = await ended(command, args);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/argument '\w+' is empty/) });
  });

  test('and an option that is empty by default may be given so', async () => {
    const { stderr } = await ended('report-to', ['github', '--report', 'x', '--path-prefix', '']);
    expect(stderr).not.toContain('is empty');
  });
});

test.each(['', ' ', '-1', '1.5', '1e3', '0x10', '9007199254740992'])('a seed is no %j', async (seed) => {
  const { code, stderr } = await ended('run', ['x', `--seed=${seed}`]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("option '--seed <number>'") });
});

describe('how long to wait', () => {
  test.each([
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['500ms', 500],
    ['24d', 24 * 86_400_000],
  ])('%s is what a manifest would mean by it', (text, ms) => {
    expect(parseWait(text)).toBe(ms);
  });

  test.each(['600h', '25d', '30', 'soon', '-1s'])(
    '%s is refused: a timer would end at once, or never',
    async (wait) => {
      const { code, stderr } = await ended('submit', ['x', ...server, `--wait=${wait}`]);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("option '--wait <duration>'"),
      });
      expect(stderr).toMatch(/such as 90s, 30m or 1\.5h|at most 24d/);
    },
  );
});

test('scenarios of several --only are all rehearsed', () => {
  const command = runHere({ stdout: no, stderr: no, env: {}, cwd: '/', exit: no });
  command.parseOptions(['x', '--only', 'control', '--only', 'contention,standby']);
  expect(command.opts().only).toEqual(['control', 'contention', 'standby']);
});

const no = (): void => undefined;
