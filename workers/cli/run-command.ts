import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Scenario, scenarios } from '../../shared/domain/run.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { judge } from '../../shared/judge/judge.ts';
import { assembleReport } from '../../shared/report/assemble-report.ts';
import { type Format, formats, render } from '../../shared/report/render.ts';
import { openEngine } from '../engine.ts';
import type { HostChoice } from '../hosts/choose-host.ts';
import { defaultDataRoot } from '../hosts/data-root.ts';
import { rehearse } from '../rehearse.ts';
import type { CommandIo } from './io.ts';
import { parseScenarios } from './parse-scenarios.ts';
import { progressLines } from './progress-lines.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { makeOut, verdictExitCodes, writeReports } from './write-reports.ts';

interface RunOptions {
  readonly host: HostChoice;
  readonly snapshot?: string;
  readonly environment?: string;
  readonly only?: readonly Scenario[];
  readonly seed?: number;
  readonly out?: string;
  readonly format: Format;
}

/** `rehearse run BUNDLE`: the whole rehearsal here, without a service. */
export function runCommand(io: CommandIo): Command {
  return new Command('run')
    .description('rehearse a bundle on this machine')
    .argument('<bundle>', 'directory or archive with rehearsal.yaml at its root')
    .addOption(new Option('--host <host>', 'where clones run').choices(['docker', 'process', 'auto']).default('auto'))
    .option('--snapshot <name>', "instead of the manifest's, name or name@version")
    .option('--environment <name>', "instead of the manifest's, one of its `environments`")
    .option('--only <scenarios>', `only these: ${scenarios.join(', ')}`, parseScenarios)
    .option('--seed <number>', 'instead of the number from the digest', parseSeed)
    .option('--out <dir>', 'write every form of the report and the evidence there')
    .addOption(new Option('--format <format>', 'of the report on stdout').choices([...formats]).default('text'))
    .action((bundle: string, options: RunOptions) => run(io, resolve(io.cwd, bundle), options));
}

async function run(io: CommandIo, path: string, options: RunOptions): Promise<void> {
  using stop = stopOnSignals(io, options.format === 'json');
  const { signal } = stop;
  try {
    if (options.out !== undefined) await makeOut(resolve(io.cwd, options.out));
    const { report, evidence } = await rehearseHere(io, path, options, signal);
    signal.throwIfAborted();
    if (options.out !== undefined) await writeReports(resolve(io.cwd, options.out), report, evidence);
    io.stdout(render(options.format, report, reportShell()));
    io.exit(verdictExitCodes[report.verdict]);
  } catch (error) {
    // Whatever broke because it was stopped is not why it ended.
    throw signal.aborted ? signal.reason : error;
  }
}

/** Everything that was made for it is gone when this settles. */
async function rehearseHere(io: CommandIo, path: string, options: RunOptions, signal: AbortSignal) {
  const says = (sentence: string) => io.stderr(`rehearse: ${sentence}\n`);
  await using engine = await openEngine({ dataRoot: defaultDataRoot(io.env), host: options.host, signal, says });
  const loaded = await engine.load(path, options.environment);
  const context = await engine.prepare(loaded, {
    signal,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
  });
  const evidence = await rehearse(context.plan, {
    clock: context.clock,
    parallel: Math.max(2, Math.min(4, availableParallelism())),
    perform: (spec, shapes) => engine.perform({ ...context, shapes }, spec, signal),
    progress: progressLines(io),
  });
  return { evidence, report: assembleReport(evidence, judge(evidence, { honourWaivers: true })) };
}

function parseSeed(text: string): number {
  const seed = Number(text);
  // More than digits would be a number too: a blank is 0.
  if (/^\d+$/.test(text) && Number.isSafeInteger(seed)) return seed;
  throw new InvalidArgumentError('a seed is a whole number from 0 on');
}
