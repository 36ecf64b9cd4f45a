import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import picomatch from 'picomatch';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { annotationsOf } from '../../shared/report/forge/annotations.ts';
import { type ChangeResult, type GateSaid, tellChange } from '../../shared/report/forge/tell-change.ts';
import { changedFilesOfPull, githubChange, openGithub, tellGithub } from './forges/github.ts';
import { changedFilesOfMergeRequest, gitlabChange, openGitlab, tellGitlab } from './forges/gitlab.ts';
import { readResult } from './forges/read-result.ts';
import { answerOfGate } from './gate-command.ts';
import type { CommandIo } from './io.ts';
import { openServiceClient, tokenFileOption } from './service-client.ts';

interface ReportToOptions {
  readonly report: string;
  readonly name: string;
  readonly server?: string;
  readonly tokenFile?: string;
  readonly migrations: readonly string[];
  readonly pathPrefix: string;
  readonly sha?: string;
  readonly pull?: number;
  readonly mergeRequest?: number;
  readonly statusCheck?: number;
}

/** `rehearse report-to github|gitlab`: what came of a change, told where it is reviewed; never silence. */
export function reportToCommand(io: CommandIo): Command {
  const command = new Command('report-to').description('tell a forge what came of a change');
  command.addCommand(
    common(new Command('github').description('a check run with annotations, and one comment'))
      .option('--pull <number>', 'the pull request; default: of the event that runs the workflow', parseNumber)
      .action((options: ReportToOptions) => toGithub(io, options)),
  );
  command.addCommand(
    common(new Command('gitlab').description('a commit status, one note, and an external status check'))
      .option('--merge-request <iid>', 'default: CI_MERGE_REQUEST_IID', parseNumber)
      .option('--status-check <id>', 'the external status check to answer, from what the gate says', parseNumber)
      .action((options: ReportToOptions) => toGitlab(io, options)),
  );
  return command;
}

function common(command: Command): Command {
  return command
    .requiredOption('--report <file>', 'what `submit --format json` printed; one that is not there is told as such')
    .option('--name <name>', 'of the check; two bundles of one repository have two', 'rehearsal')
    .option('--server <url>', 'asks the gate of this service too: its answer is the status')
    .addOption(tokenFileOption())
    .option('--migrations <glob...>', 'files that make a change one that has to be rehearsed', [])
    .option('--path-prefix <dir>', 'where the bundle lies in the repository', '')
    .option('--sha <commit>', 'the commit; default: what the pipeline says');
}

async function toGithub(io: CommandIo, options: ReportToOptions): Promise<void> {
  const change = await githubChange(io.env, options);
  const forge = openGithub(io.env);
  const result = await resultOf(io, options, () => changedFilesOfPull(forge, change));
  const findings = result.kind === 'report' ? result.report.findings : [];
  const annotations = annotationsOf(findings, options.pathPrefix);
  await tellGithub(forge, change, { ...tellChange(result), annotations, ...pageOf(result, options) }, options.name);
  settle(io, result);
}

async function toGitlab(io: CommandIo, options: ReportToOptions): Promise<void> {
  const { statusCheck, server } = options;
  if (statusCheck !== undefined && server === undefined) {
    const detail = 'an external status check is answered from the stored verdict, and no service is named';
    throw new RehearsalError('bundle', 'usage', detail, 'give --server');
  }
  const change = gitlabChange(io.env, options);
  const forge = openGitlab(io.env);
  const result = await resultOf(io, options, () => changedFilesOfMergeRequest(forge, change));
  const telling = { ...tellChange(result), ...pageOf(result, options), ...(statusCheck && { statusCheck }) };
  await tellGitlab(forge, change, telling, options.name);
  settle(io, result);
}

async function resultOf(
  io: CommandIo,
  options: ReportToOptions,
  changedFiles: () => Promise<readonly string[] | null>,
): Promise<ChangeResult> {
  const result = await readResult(resolve(io.cwd, options.report));
  if (result.kind === 'problem') return result;
  if (result.kind === 'none') {
    const changed = await changedFiles();
    // Without patterns nobody said what a migration looks like, so every change may be one.
    if (changed === null || options.migrations.length === 0) return { kind: 'none', migrations: null };
    const looksLikeOne = picomatch([...options.migrations], { dot: true });
    return { kind: 'none', migrations: changed.filter((path) => looksLikeOne(path)) };
  }
  if (options.server === undefined) return result;
  return { ...result, gate: await askGate(io, { ...options, server: options.server }, result.report) };
}

async function askGate(
  io: CommandIo,
  options: { readonly server: string; readonly tokenFile?: string },
  { service, version, environment, digests: { bundle } }: Extract<ChangeResult, { kind: 'report' }>['report'],
): Promise<GateSaid> {
  const client = await openServiceClient(options, io);
  try {
    return await answerOfGate(client, { service, version, environment, bundle });
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    // A gate that says nothing is closed, and the change is told so.
    return { answer: 'unreachable', reasons: [{ code: error.code, text: error.message }] };
  }
}

function pageOf(result: ChangeResult, { server }: ReportToOptions): { readonly page?: string } {
  if (result.kind !== 'report' || server === undefined) return {};
  return { page: new URL(`/rehearsals/${result.report.rehearsalId}`, server).href };
}

/** A verdict has ended `submit` and is the gate's matter; what nobody rehearsed ends here. */
function settle(io: CommandIo, result: ChangeResult): void {
  const { outcome, title } = tellChange(result);
  io.stderr(`told: ${outcome}, ${title}\n`);
  io.exit(result.kind === 'none' && outcome === 'failure' ? 6 : 0);
}

function parseNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 1');
}
