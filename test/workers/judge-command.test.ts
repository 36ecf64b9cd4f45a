import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf, RehearsalError } from '../../shared/domain/problem.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import { formats, render } from '../../shared/report/render.ts';
import { judgeCommand } from '../../workers/cli/judge-command.ts';
import { redEvidence } from '../shared/report/reports.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-judge-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const intact = JSON.stringify(redEvidence());

async function judgeText(text: string, ...args: readonly string[]) {
  await writeFile(join(dir, 'evidence.json'), text);
  const said = { stdout: '', code: -1 };
  const io = {
    cwd: dir,
    env: {},
    stdout: (part: string) => {
      said.stdout += part;
    },
    stderr: () => undefined,
    exit: (code: number) => {
      said.code = code;
    },
  };
  await judgeCommand(io).parseAsync(['node', 'judge', 'evidence.json', ...args]);
  return said;
}

const refusalOf = (text: string) =>
  judgeText(text).then(
    ({ code }) => `no refusal, exit code ${code}`,
    (error: unknown) => {
      if (!(error instanceof RehearsalError)) throw error;
      expect(exitCodeOf[error.fault]).toBe(2);
      expect(error.code).toBe('unreadable-evidence');
      expect(error.remedy).toContain('evidence.json');
      return error.message;
    },
  );

describe('rehearse judge', () => {
  it('gives the report of the run to the last byte, in every form', async () => {
    const evidence = redEvidence();
    const report = assembleReport(evidence, judge(evidence, { honourWaivers: true }));
    for (const format of formats) {
      const { stdout, code } = await judgeText(intact, '--format', format);
      expect(stdout === render(format, report, reportShell()), format).toBe(true);
      expect(code).toBe(1);
    }
    await judgeText(intact, '--out', 'again');
    expect(await readFile(join(dir, 'again/evidence.json'), 'utf8')).toBe(`${intact}\n`);
    expect(await readFile(join(dir, 'again/report.md'), 'utf8')).toBe(render('markdown', report));
  });

  it.each([
    ['nothing', '', 'is not JSON, or was cut short'],
    ['a half', intact.slice(0, intact.length / 2), 'is not JSON, or was cut short'],
    ['a list', '[]', 'is no evidence'],
    ['a word', '"evidence"', 'is no evidence'],
    ['null', 'null', 'is no evidence'],
    ['a report', '{"reportVersion":1}', 'is a report'],
    ['a package', '{"name":"x"}', 'is no evidence'],
    ['an older version', '{"evidenceVersion":0}', 'evidence of version 0; this program reads version 1'],
    ['a newer version', intact.replace('"evidenceVersion":1', '"evidenceVersion":2'), 'evidence of version 2'],
    ['a version and nothing else', '{"evidenceVersion":1}', 'is damaged or of another version: rehearsalId is no text'],
    ['a scenario of another version', intact.replaceAll('"scenario":"control"', '"scenario":"dream"'), 'is no run'],
  ])('refuses %s with a sentence that says what it is', async (_, text, sentence) => {
    expect(await refusalOf(text)).toContain(sentence);
  });

  it('refuses a file that is not there', async () => {
    await expect(
      judgeCommand({
        cwd: dir,
        env: {},
        stdout: () => undefined,
        stderr: () => undefined,
        exit: () => undefined,
      }).parseAsync(['node', 'judge', 'none.json']),
    ).rejects.toThrow('cannot be read');
  });

  it('never fails by itself on evidence from which any one part was taken, and never lets it pass', async () => {
    const evidence: Record<string, unknown> = JSON.parse(intact);
    const lists = evidence.runs as Record<string, unknown>[];
    const without = (object: Record<string, unknown>, key: string) =>
      Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
    const cases = [
      ...Object.keys(evidence).map((key) => without(evidence, key)),
      ...Object.keys(evidence.bundle as object).map((key) => ({
        ...evidence,
        bundle: without(evidence.bundle as Record<string, unknown>, key),
      })),
      ...lists.flatMap((run, index) =>
        Object.keys(run).map((key) => ({ ...evidence, runs: lists.with(index, without(run, key)) })),
      ),
    ];
    for (const damaged of cases) {
      const answer = await judgeText(JSON.stringify(damaged)).catch((error: unknown) => error);
      if (answer instanceof RehearsalError) expect(answer.code).toBe('unreadable-evidence');
      else expect(answer).toMatchObject({ code: expect.toSatisfy((code) => code === 1 || code === 3) });
    }
  });
});
