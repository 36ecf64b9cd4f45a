import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Evidence } from '../../shared/domain/observation.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import { type Format, formats, render } from '../../shared/report/render.ts';
import type { CommandIo } from './io.ts';
import { verdictExitCodes, writeReports } from './write-reports.ts';

/** `rehearse judge EVIDENCE.json`: rehearse once, judge for ever; no database is needed. */
export function judgeCommand(io: CommandIo): Command {
  return new Command('judge')
    .description('judge stored evidence again')
    .argument('<evidence>', 'evidence.json of an earlier rehearsal')
    .option('--out <dir>', 'write every form of the report there')
    .addOption(new Option('--format <format>', 'of the report on stdout').choices([...formats]).default('text'))
    .action(async (path: string, options: { out?: string; format: Format }) => {
      const evidence = await readEvidence(resolve(io.cwd, path));
      const report = assembleReport(evidence, judge(evidence, { honourWaivers: true }));
      if (options.out !== undefined) await writeReports(resolve(io.cwd, options.out), report, evidence);
      io.stdout(render(options.format, report));
      io.exit(verdictExitCodes[report.verdict]);
    });
}

async function readEvidence(path: string): Promise<Evidence> {
  const refuse = (detail: string, cause?: unknown) =>
    new RehearsalError(
      'bundle',
      'unreadable-evidence',
      detail,
      'give the evidence.json that `rehearse run --out` wrote',
      { cause },
    );
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw refuse(`${path} cannot be read`, cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'evidenceVersion' in value && value.evidenceVersion === 1) {
      return value as Evidence;
    }
  } catch (cause) {
    throw refuse(`${path} is not JSON`, cause);
  }
  throw refuse(`${path} is not evidence of version 1`);
}
