import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { gateCommand } from '../../../workers/cli/gate-command.ts';
import { reportToCommand } from '../../../workers/cli/report-to-command.ts';
import { submitCommand } from '../../../workers/cli/submit-command.ts';
import { greenReport } from '../../shared/report/reports.ts';
import { runCommand } from '../../support/run-command.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ci = join(import.meta.dirname, '../../../infra/ci');
const textOf = (path: string) => readFileSync(join(ci, path), 'utf8');

/** What Helm would put in, for a template that has values only. */
const rendered = (template: string, values: Readonly<Record<string, string>>) =>
  template.replaceAll(/\{\{ \.([\w.]+) \}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template wants ${name}`);
    return value;
  });

const helmValues = {
  'Release.Name': 'orders',
  'Chart.AppVersion': '1.1.0',
  'Values.rehearsal.image': 'rehearsal',
  'Values.rehearsal.server': 'https://rehearsal.example.org',
  'Values.rehearsal.service': 'orders',
  'Values.rehearsal.environment': 'production',
  'Values.rehearsal.tokenSecret': 'rehearsal-token',
};

describe.each([
  ['helm', rendered(textOf('helm/rehearsal-gate.yaml'), helmValues), 'helm.sh/hook', 'pre-upgrade'],
  ['argo-cd', textOf('argo-cd/rehearsal-gate.yaml'), 'argocd.argoproj.io/hook', 'PreSync'],
])('the hook for %s', (_, text, annotation, when) => {
  const job = parse(text);
  const [container] = job.spec.template.spec.containers;

  it('is a Job that runs before anything else and is never tried twice', () => {
    expect(job).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job', spec: { backoffLimit: 0 } });
    expect(job.metadata.annotations[annotation]).toBe(when);
    expect(job.spec.template.spec.restartPolicy).toBe('Never');
    for (const value of Object.values(job.metadata.annotations)) expect(value).toEqual(expect.any(String));
  });

  it('asks with a command line of ours: what it lacks here is the token file, and nothing else', async () => {
    const [command, ...args] = container.args as readonly string[];
    expect([container.command, command]).toEqual([['node', 'workers/cli/bin.ts'], 'gate']);
    const ended = await runCommand(gateCommand, args);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('/run/rehearsal/token cannot be read') });
    const misspelt = args.map((arg) => arg.replace('--version', '--versoin'));
    expect((await runCommand(gateCommand, misspelt)).stderr).not.toContain('/run/rehearsal/token cannot be read');
  });
});

/** Runs shell lines with a `rehearse` that notes what it is called with and answers as it is told. */
async function run(lines: readonly string[], given: Given) {
  await using directory = await temporaryDirectory();
  const dir = directory.path;
  const called = join(dir, 'called');
  // `node PROGRAM` and `rehearse` are the same here: they note their words and answer as the files beside them say.
  const stub = (shift: string) =>
    `#!/bin/sh\n${shift}\nprintf '%s\\n' "$@" end-of-call >> ${called}\ncat ${dir}/said-$1\nexit $(cat ${dir}/code-$1)\n`;
  for (const [name, shift] of Object.entries({ node: 'shift', rehearse: '' })) {
    await writeFile(join(dir, name), stub(shift));
    await chmod(join(dir, name), 0o755);
  }
  for (const verb of ['submit', 'report-to', 'gate']) {
    const { code: exit = 0, stdout = '' } = given.answers[verb] ?? {};
    await writeFile(join(dir, `said-${verb}`), stdout);
    await writeFile(join(dir, `code-${verb}`), String(exit));
  }
  if (given.bundle) await mkdir(join(dir, 'db/bundle'), { recursive: true });
  const env = {
    PATH: `${dir}:${process.env.PATH}`,
    RUNNER_TEMP: dir,
    GITHUB_OUTPUT: join(dir, 'output'),
    ACTION_PATH: join(dir, 'infra/ci/github'),
    ...given.env,
  };
  let code = 0;
  try {
    execFileSync('bash', ['-eo', 'pipefail', '-c', lines.join('\n')], { cwd: dir, env, stdio: 'pipe' });
  } catch (error) {
    code = (error as { readonly status: number }).status;
  }
  const said = await readFile(called, 'utf8').catch(() => '');
  const calls = said
    .split('end-of-call\n')
    .filter((call) => call !== '')
    .map((call) => call.trimEnd().split('\n'));
  return {
    code,
    calls,
    verbs: calls.map(([verb]) => verb),
    output: await readFile(env.GITHUB_OUTPUT, 'utf8').catch(() => ''),
  };
}
interface Given {
  readonly bundle: boolean;
  readonly answers: Readonly<Record<string, { readonly code?: number; readonly stdout?: string }>>;
  readonly env: Readonly<Record<string, string>>;
}

/** Commander takes the words, whatever becomes of them: nobody answers there. */
async function takes(calls: readonly (readonly string[])[]): Promise<void> {
  const commands = { submit: submitCommand, 'report-to': reportToCommand, gate: gateCommand };
  for (const [verb = '', ...args] of calls) {
    const command = commands[verb as keyof typeof commands];
    const { stderr } = await runCommand(command, args, { cwd: '/no/such/place' });
    expect(stderr).not.toMatch(/unknown option|unknown command|missing required|too many arguments|not specified/i);
  }
}

const report = JSON.stringify(greenReport());
const gitlab = parse(textOf('gitlab/rehearsal.gitlab-ci.yml')).rehearsal.script as readonly string[];
const gitlabEnv = {
  REHEARSAL_BUNDLE: 'db/bundle',
  REHEARSAL_SERVER: 'http://127.0.0.1:9',
  REHEARSAL_WAIT: '30m',
  REHEARSAL_MIGRATIONS: 'db/** x/*.sql',
  REHEARSAL_STATUS_CHECK: '3',
};

interface Step {
  readonly id: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
}
const action = parse(textOf('github/action.yml')) as {
  readonly inputs: object;
  readonly runs: { readonly steps: readonly Step[] };
};
const inputs = {
  SERVER: 'http://127.0.0.1:9',
  BUNDLE: 'db/bundle',
  WAIT: '30m',
  NAME: 'rehearsal',
  MIGRATIONS: 'db/** x/*.sql',
};
const step = (id: string) => action.runs.steps.find((one) => one.id === id)?.run ?? '';
/** As the runner does: the outputs of a step are the inputs of the next, and the gate is asked where one is set. */
const githubLines = [
  step('submit'),
  'CODE=$(sed -n s/^code=//p "$GITHUB_OUTPUT" 2>/dev/null || true)',
  `(${step('tell')})`,
  `if [ "$CODE" != "" ]; then ${step('gate')}\nfi`,
];

/** A shell and its programs start in no time, but not on a machine that many share. */
const shellsMs = 120_000;

describe.each([
  ['github', githubLines, inputs],
  ['gitlab', gitlab, gitlabEnv],
])('the pipeline of %s', (which, lines, env) => {
  it.each([
    ['passes where the gate allows', 0, 0, 0],
    ['is blocked by the gate in spite of a pass', 0, 6, 6],
    ['goes out where the gate allows a failure: it was waived', 1, 0, 0],
    ['is blocked where it is inconclusive', 3, 6, 6],
  ])(
    '%s',
    async (_, submit, gate, code) => {
      const answers = { submit: { code: submit, stdout: report }, gate: { code: gate } };
      const ended = await run(lines, { bundle: true, answers, env });
      expect(ended).toMatchObject({ code, verbs: ['submit', 'report-to', 'gate'] });
      expect(ended.calls[1]).toEqual(expect.arrayContaining([which, '--migrations', 'db/**', 'x/*.sql']));
      await takes(ended.calls);
    },
    shellsMs,
  );

  it.each([2, 4, 5, 6])(
    'ends with %i as submit did, after the review was told, and asks no gate',
    async (code) => {
      const ended = await run(lines, { bundle: true, answers: { submit: { code, stdout: '{}' } }, env });
      expect(ended).toMatchObject({ code, verbs: ['submit', 'report-to'] });
    },
    shellsMs,
  );

  it(
    'tells a change without a bundle too, and ends as that does',
    async () => {
      expect(await run(lines, { bundle: false, answers: {}, env })).toMatchObject({ code: 0, verbs: ['report-to'] });
      const refused = await run(lines, { bundle: false, answers: { 'report-to': { code: 6 } }, env });
      expect(refused).toMatchObject({ code: 6, verbs: ['report-to'] });
    },
    shellsMs,
  );
});

it('the action knows every input that it reads, and no secret is on a command line', () => {
  const text = textOf('github/action.yml');
  const read = [...text.matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)].map(([, name]) => name);
  for (const name of read) expect(Object.keys(action.inputs)).toContain(name);
  for (const { run: lines } of action.runs.steps) expect(lines).not.toMatch(/\$\{\{|TOKEN/);
});
