import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Report } from '../../shared/domain/report.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { type Format, formats, render } from '../../shared/report/render.ts';
import { type FollowedEvent, followEvents } from './follow-events.ts';
import type { CommandIo } from './io.ts';
import { packBundle } from './pack-bundle.ts';
import { openServiceClient, persistently, type ServiceClient } from './service-client.ts';
import { verdictExitCodes } from './write-reports.ts';

interface SubmitOptions {
  readonly server: string;
  readonly wait: number;
  readonly format: Format;
}

interface Accepted {
  readonly id: string;
  readonly links: { readonly self: string; readonly events: string; readonly report: string; readonly page: string };
}

/** `rehearse submit BUNDLE --server URL`: post it, wait for its verdict, end with the same exit codes as `run`. */
export function submitCommand(io: CommandIo): Command {
  return new Command('submit')
    .description('submit a bundle to a service and wait for its verdict')
    .argument('<bundle>', 'directory or archive with rehearsal.yaml at its root')
    .requiredOption('--server <url>', 'address of the service')
    .option('--wait <duration>', 'how long to wait for the verdict, such as 90s or 30m', parseWait, 30 * 60_000)
    .addOption(new Option('--format <format>', 'of the report on stdout').choices([...formats]).default('text'))
    .action((bundle: string, options: SubmitOptions) => submit(io, resolve(io.cwd, bundle), options));
}

async function submit(io: CommandIo, path: string, options: SubmitOptions): Promise<void> {
  const client = await openServiceClient(options.server, io.env);
  const waited = AbortSignal.timeout(options.wait);
  const accepted = await post(client, path);
  io.stderr(`${accepted.id} ${new URL(accepted.links.page, options.server).href}\n`);
  const status = await waitForEnd(client, accepted, waited, (event) => io.stderr(lineOf(event)));
  if (status !== 'judged') throw await endedWithoutVerdict(client, accepted);
  const report = (await (await client.demand(accepted.links.report)).json()) as Report;
  io.stdout(render(options.format, report, reportShell()));
  io.exit(verdictExitCodes[report.verdict]);
}

async function post(client: ServiceClient, path: string): Promise<Accepted> {
  const { body, type } = await packBundle(path);
  const request = { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' } as RequestInit;
  return (await (await client.demand('/v1/rehearsals', request)).json()) as Accepted;
}

async function waitForEnd(
  client: ServiceClient,
  accepted: Accepted,
  waited: AbortSignal,
  onEvent: (event: FollowedEvent) => void,
): Promise<string> {
  const progress = { last: 0, status: '' };
  const follow = async () => {
    for await (const event of followEvents(client, accepted.links.events, progress.last, waited)) {
      progress.last = event.number;
      if (event.kind === 'status') progress.status = String(event.content.status);
      onEvent(event);
    }
    if (finalStatuses.includes(progress.status)) return progress.status;
    // Nothing more to come and nothing final seen: it was over before we asked.
    const { status } = (await (await client.demand(accepted.links.self)).json()) as { readonly status: string };
    if (finalStatuses.includes(status)) return status;
    throw new RehearsalError('machine', 'cut-off', 'the events ended early', 'try again');
  };
  try {
    return await persistently(follow, waited);
  } catch (cause) {
    if (!waited.aborted) throw cause;
    throw new RehearsalError(
      'deadline',
      'waited-too-long',
      `there is no verdict of ${accepted.id} yet`,
      'wait longer with --wait, or submit again: the same bundle goes on where it is',
      { cause },
    );
  }
}

const finalStatuses: readonly string[] = ['judged', 'cancelled', 'failed'];

async function endedWithoutVerdict(client: ServiceClient, accepted: Accepted): Promise<RehearsalError> {
  const { status, problem } = (await (await client.demand(accepted.links.self)).json()) as {
    readonly status: string;
    readonly problem: (ConstructorParameters<typeof RehearsalError>[4] & StoredProblem) | null;
  };
  if (problem !== null) {
    return new RehearsalError(problem.fault, problem.code, problem.detail, problem.remedy, {
      problems: problem.problems ?? [],
    });
  }
  return new RehearsalError('machine', 'no-verdict', `the rehearsal ${accepted.id} is ${status}`, 'submit it again');
}

interface StoredProblem {
  readonly fault: 'bundle' | 'policy' | 'machine' | 'deadline' | 'ours';
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
}

function lineOf({ kind, content }: FollowedEvent): string {
  if (kind === 'run') return `  ${String(content.id)} ${String(content.outcome)}\n`;
  return kind === 'status' ? `${String(content.status)}\n` : '';
}

function parseWait(text: string): number {
  const found = /^(\d+)(ms|s|m|h)$/.exec(text);
  const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[found?.[2] ?? ''];
  if (found === null || unitMs === undefined)
    throw new InvalidArgumentError('a duration is a number and ms, s, m or h');
  return Number(found[1]) * unitMs;
}
