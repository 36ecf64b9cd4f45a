import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import { type Format, formats, render } from '../../shared/report/render.ts';
import type { CommandIo } from './io.ts';
import { judged, readEvidence } from './read-evidence.ts';
import { makeOut, verdictExitCodes, writeReports } from './write-reports.ts';

/** `rehearse judge EVIDENCE.json`: rehearse once, judge for ever; no database is needed. */
export function judgeCommand(io: CommandIo): Command {
  return new Command('judge')
    .description('judge stored evidence again')
    .argument('<evidence>', 'evidence.json of an earlier rehearsal')
    .option('--out <dir>', 'write every form of the report there')
    .addOption(new Option('--format <format>', 'of the report on stdout').choices([...formats]).default('text'))
    .action(async (path: string, options: { out?: string; format: Format }) => {
      if (options.out !== undefined) await makeOut(resolve(io.cwd, options.out));
      const evidence = await readEvidence(resolve(io.cwd, path));
      const { report, text } = judged(path, () => {
        const made = assembleReport(evidence, judge(evidence, { honourWaivers: true }));
        return { report: made, text: render(options.format, made, reportShell()) };
      });
      if (options.out !== undefined) await writeReports(resolve(io.cwd, options.out), report, evidence);
      io.stdout(text);
      io.exit(verdictExitCodes[report.verdict]);
    });
}
