import { Command, Option } from 'commander';
import type { CommandIo } from './io.ts';
import { openServiceClient, refusalOf } from './service-client.ts';

interface GateOptions {
  readonly server: string;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly bundle?: string;
  readonly format: 'text' | 'json';
}

interface GateAnswer {
  readonly answer: 'allow' | 'block';
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
}

/** `rehearse gate`: may this go out? 0 allow, 6 block, 4 not reachable: open only if proven open. */
export function gateCommand(io: CommandIo): Command {
  return new Command('gate')
    .description('ask whether a version may be deployed')
    .requiredOption('--server <url>', 'address of the service')
    .requiredOption('--service <name>', 'as the manifest names it')
    .requiredOption('--version <version>', 'as the manifest names it')
    .option('--environment <name>', 'as the manifest names it', 'production')
    .option('--bundle <digest>', 'exactly this bundle, sha256:…')
    .addOption(new Option('--format <format>', 'of the answer on stdout').choices(['text', 'json']).default('text'))
    .action((options: GateOptions) => askGate(io, options));
}

async function askGate(io: CommandIo, options: GateOptions): Promise<void> {
  const client = await openServiceClient(options.server, io.env);
  const query = new URLSearchParams({
    service: options.service,
    version: options.version,
    environment: options.environment,
    ...(options.bundle === undefined ? {} : { bundle: options.bundle }),
  });
  const response = await client.ask(`/v1/gate?${query}`);
  const answer = await answerOf(response);
  if (answer === undefined) throw await refusalOf(response);
  const reasons = answer.reasons.map(({ code, text }) => `  ${code}: ${text}\n`).join('');
  if (options.format === 'json') io.stdout(`${JSON.stringify(answer)}\n`);
  else io.stdout(`${answer.answer}\n${reasons}`);
  // The word alone does not open the gate: the status has to agree with it.
  io.exit(answer.answer === 'allow' && response.status === 200 ? 0 : 6);
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
