import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Report } from '../../shared/domain/report.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { parseDuration } from '../../shared/plan/units.ts';
import { type Format, formats, render } from '../../shared/report/render.ts';
import { type FollowedEvent, followEvents } from './follow-events.ts';
import type { CommandIo } from './io.ts';
import { type PackedBundle, packBundle } from './pack-bundle.ts';
import {
  openServiceClient,
  persistently,
  type ServiceClient,
  type ServiceOptions,
  tokenFileOption,
} from './service-client.ts';
import { submitSource } from './submit-source.ts';
import { verdictExitCodes } from './write-reports.ts';

interface SubmitOptions extends ServiceOptions {
  readonly wait: number;
  readonly environment?: string;
  readonly format: Format;
  readonly branch?: string;
  readonly commit?: string;
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
    .addOption(tokenFileOption())
    .option('--environment <name>', "instead of the manifest's, one of its `environments`")
    .option('--wait <duration>', 'how long to wait for the verdict, such as 90s, 30m or 1.5h', parseWait, 30 * 60_000)
    .option('--branch <name>', 'where the bundle comes from; what comparisons go by. Default: as the CI system says')
    .option('--commit <id>', 'of that branch')
    .addOption(new Option('--format <format>', 'of the report on stdout').choices([...formats]).default('text'))
    .action((bundle: string, options: SubmitOptions) => submit(io, resolve(io.cwd, bundle), options));
}

async function submit(io: CommandIo, path: string, options: SubmitOptions): Promise<void> {
  const client = await openServiceClient(options, io);
  const packed = await packBundle(path, options.environment);
  const timeout = AbortSignal.timeout(options.wait);
  const waited = io.signal === undefined ? timeout : AbortSignal.any([timeout, io.signal]);
  const take = () => post(client, packed, submitSource(options, io.env), waited);
  const accepted = await untilWaited(take, timeout, `${path} was not taken yet`);
  io.stderr(`${accepted.id} ${new URL(accepted.links.page, options.server).href}\n`);
  const follow = () => waitForEnd(client, accepted, waited, (event) => io.stderr(lineOf(event)));
  const status = await untilWaited(follow, timeout, `there is no verdict of ${accepted.id} yet`);
  const fetched = { signal: AbortSignal.timeout(resultPatienceMs), patienceMs: resultPatienceMs };
  if (status !== 'judged') throw await persistently(() => endedWithoutVerdict(client, accepted), fetched);
  const read = async () => (await (await client.demand(accepted.links.report)).json()) as Report;
  const report = await persistently(read, fetched);
  io.stdout(render(options.format, report, reportShell()));
  io.exit(verdictExitCodes[report.verdict]);
}

/** A service that restarts is back by then; one that was never there is told soon. */
const postPatienceMs = 20_000;
const followPatienceMs = 120_000;
const resultPatienceMs = 60_000;

/** The same bundle is the same rehearsal, so it may be posted as often as it takes. */
function post(client: ServiceClient, packed: PackedBundle, source: string, signal: AbortSignal): Promise<Accepted> {
  const { type, open } = packed;
  const once = async () => {
    const content = { headers: { 'content-type': type }, body: open(), duplex: 'half' };
    const request = { method: 'POST', ...content, signal } as RequestInit;
    return (await (await client.demand(`/v1/rehearsals${source}`, request)).json()) as Accepted;
  };
  return persistently(once, { signal, patienceMs: postPatienceMs });
}

async function waitForEnd(
  client: ServiceClient,
  accepted: Accepted,
  waited: AbortSignal,
  onEvent: (event: FollowedEvent) => void,
): Promise<string> {
  const progress = { last: 0, status: '', at: performance.now() };
  const follow = async () => {
    for await (const event of followEvents(client, accepted.links.events, progress.last, waited)) {
      progress.last = event.number;
      progress.at = performance.now();
      if (event.kind === 'status') progress.status = String(event.content.status);
      onEvent(event);
    }
    if (finalStatuses.includes(progress.status)) return progress.status;
    // Nothing more to come and nothing final seen: it was over before we asked.
    const { status } = (await (await client.demand(accepted.links.self)).json()) as { readonly status: string };
    progress.at = performance.now();
    if (finalStatuses.includes(status)) return status;
    throw new RehearsalError('machine', 'cut-off', 'the events ended early', 'try again');
  };
  return persistently(follow, { signal: waited, patienceMs: followPatienceMs, lastSuccess: () => progress.at });
}

/** Whatever the end of the wait interrupts, what is told is that the wait is over. */
async function untilWaited<T>(work: () => Promise<T>, timeout: AbortSignal, detail: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!timeout.aborted) throw cause;
    const remedy = 'wait longer with --wait, or submit again: the same bundle goes on where it is';
    throw new RehearsalError('deadline', 'waited-too-long', detail, remedy, { cause });
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

/** A timer of Node that is set longer than 2^31 - 1 ms, 24.8 days, ends at once. */
const waitDaysMax = 24;

/** In ms, as a manifest says durations. */
export function parseWait(text: string): number {
  const waitMs = parseDuration(text);
  if (waitMs === null)
    throw new InvalidArgumentError('a duration has a unit (ms, s, m, h, d), such as 90s, 30m or 1.5h');
  if (waitMs <= waitDaysMax * 86_400_000) return waitMs;
  const remedy = 'submitted again, the same bundle goes on where it is';
  throw new InvalidArgumentError(`a wait is at most ${waitDaysMax}d; ${remedy}`);
}
