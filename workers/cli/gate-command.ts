import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { readResult } from './forges/read-result.ts';
import type { CommandIo } from './io.ts';
import { printFailure } from './print-failure.ts';
import {
  openServiceClient,
  persistently,
  refusalOf,
  type ServiceClient,
  type ServiceOptions,
  tokenFileOption,
} from './service-client.ts';

interface GateOptions extends ServiceOptions {
  readonly service?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly bundle?: string;
  readonly image?: string;
  readonly report?: string;
  readonly format: 'text' | 'json';
}

export interface GateAnswer {
  readonly answer: 'allow' | 'block';
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** `rehearse gate`: may this go out? 0 allow, 6 block, 4 not reachable: open only if proven open. */
export function gateCommand(io: CommandIo): Command {
  return new Command('gate')
    .description('ask whether a version may be deployed')
    .requiredOption('--server <url>', 'address of the service')
    .addOption(tokenFileOption())
    .option('--service <name>', 'as the manifest names it')
    .option('--version <version>', 'as the manifest names it')
    .option('--environment <name>', 'as the manifest names it; default: production')
    .option('--bundle <digest>', 'exactly this bundle, sha256:…')
    .option('--image <digest>', 'next in exactly this image, sha256:…, by its id or as registries have it')
    .option('--report <file>', 'what `submit --format json` printed: asks for just that bundle')
    .addOption(new Option('--format <format>', 'of the answer on stdout').choices(['text', 'json']).default('text'))
    .action((options: GateOptions) => askGate(io, options));
}

async function askGate(io: CommandIo, options: GateOptions): Promise<void> {
  const question = await questionOf(io, options);
  const client = await openServiceClient(options, io);
  const answer = await answerOfGate(client, question);
  const json = options.format === 'json';
  if (answer.answer === 'block') return printFailure(io, blocked(question, answer, options), json, answer);
  const reasons = answer.reasons.map(({ code, text }) => `  ${code}: ${text}\n`).join('');
  io.stdout(json ? `${JSON.stringify(answer)}\n` : `${answer.answer}\n${reasons}`);
  io.exit(0);
}

function blocked({ service, version, environment }: GateQuestion, { reasons }: GateAnswer, options: GateOptions) {
  const detail = `the gate blocks ${service} ${version} for ${environment}`;
  // Without what else an address may hold, such as a password.
  const submit = `rehearse submit BUNDLE --server ${new URL(options.server).origin}`;
  const remedy = `settle what each reason names and rehearse what changed: ${submit}`;
  const problems = reasons.map(({ code, text }) => ({ key: code, message: text }));
  return new RehearsalError('policy', 'gate-blocked', detail, remedy, { problems });
}

export interface GateQuestion {
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundle?: string;
  readonly image?: string;
}

/** A gate that restarts is asked again; one that does not answer for so long is not reachable. */
const patienceMs = 5_000;

/** Throws RehearsalError where nobody answers, or where the answer is none of a gate. */
export async function answerOfGate(client: ServiceClient, question: GateQuestion): Promise<GateAnswer> {
  const query = new URLSearchParams({ ...question });
  const ask = async () => {
    const response = await client.ask(`/v1/gate?${query}`);
    const answer = await answerOf(response);
    if (answer === undefined) throw await refusalOf(response);
    // The word alone does not open the gate: the status has to agree with it.
    return answer.answer === 'allow' && response.status !== 200 ? { ...answer, answer: 'block' as const } : answer;
  };
  return persistently(ask, { signal: AbortSignal.timeout(60_000), patienceMs });
}

async function questionOf(io: CommandIo, options: GateOptions): Promise<GateQuestion> {
  const reported = options.report === undefined ? undefined : await readResult(resolve(io.cwd, options.report));
  if (reported !== undefined && reported.kind !== 'report') {
    const detail = `${options.report} holds no report: there was no verdict`;
    throw new RehearsalError('policy', 'no-verdict', detail, 'submit the bundle again and read what it says');
  }
  const { service = reported?.report.service, version = reported?.report.version } = options;
  if (service === undefined || version === undefined) {
    throw new RehearsalError(
      'bundle',
      'usage',
      'a service and its version are missing',
      'give --service and --version, or --report',
    );
  }
  const bundle = options.bundle ?? reported?.report.digests.bundle;
  return {
    service,
    version,
    environment: options.environment ?? reported?.report.environment ?? 'production',
    ...(bundle === undefined ? {} : { bundle }),
    ...(options.image === undefined ? {} : { image: options.image }),
  };
}

/** Blocks come with 412, 404 and 503; what has no answer in it is an error of the request. */
async function answerOf(response: Response): Promise<GateAnswer | undefined> {
  const text = await response.clone().text();
  try {
    const value: unknown = JSON.parse(text);
    const has = typeof value === 'object' && value !== null && 'answer' in value && 'reasons' in value;
    return has ? (value as GateAnswer) : undefined;
  } catch {
    // Not JSON: no answer of a gate.
    return undefined;
  }
}
