import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { checkout } from '../support/cli.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { tarBytes } from '../support/tar-bytes.ts';
import { fillStore } from './fill-store.ts';
import { formatTable } from './format-table.ts';

/**
 * The API in a process of its own on a PostgreSQL that syncs: the gate with so many stored rehearsals, submissions, and
 * the memory that it takes while bundles stream in; against `/healthz`, which asks nothing, at the same rate.
 * `node --max-semi-space-size=4 test/bench/service.ts --stored 200000 --seconds 15 --mib 1024`: the flag keeps pauses of
 * the asking program out of what is measured.
 */
const { values } = parseArgs({
  options: {
    stored: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '15' },
    mib: { type: 'string', default: '1024' },
  },
});
const [stored, seconds, mib] = [Number(values.stored), Number(values.seconds), Number(values.mib)];
const [gateRate, gateTargetMs] = [300, 20];
const [submitRate, submitTargetMs] = [100, 250];
const warmUpSeconds = 5;
const growthMaxMib = 96;
const largestMib = 64;
const agent = new http.Agent({ keepAlive: true });
const token = 'token-of-the-bench-alone';

const dir = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
await using stack = new AsyncDisposableStack();
stack.defer(() => rm(dir, { recursive: true, force: true }));
const server = stack.use(await startEmbeddedPostgres({ settings: { fsync: 'on', max_wal_size: '4GB' } }));
const { user, password, host, port, database } = server.address;
const databaseUrl = `postgresql://${user}:${password}@${host}:${port}/${database}`;
const api = await startApi();
stack.defer(() => ended(api.child));

process.stdout.write(`API and store on ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the beginning\n`);
await fillStore(databaseUrl, stored);
const idle = await paced(gateRate, () => ask('/healthz'));
const gate = await paced(gateRate, (turn) => ask(`/v1/gate?${new URLSearchParams(questionOf(turn * 7919))}`));
const calm = await paced(submitRate, () => ask('/healthz'));
const submit = await paced(submitRate, (turn) => post(bundleOf(turn, 0)));
const rows = [
  ['', 'rate kept', 'p50', 'p99', '/healthz p99', 'answers', 'target'],
  rowOf(`gate, ${stored} stored`, gate, idle, gateTargetMs),
  rowOf('submissions', submit, calm, submitTargetMs),
];
process.stdout.write(`${formatTable(rows).join('\n')}\n`);

const before = await residentMib();
let peak = before;
for (let sent = 0; sent < mib; sent += largestMib) {
  const posted = post(bundleOf(1_000_000 + sent, largestMib * 1024 * 1024 - 4096));
  let done = false;
  const watched = (async () => {
    while (!done) {
      peak = Math.max(peak, await residentMib());
      await delay(50);
    }
  })();
  const { status } = await posted;
  done = true;
  await watched;
  if (status !== 202) throw new Error(`a bundle of ${largestMib} MiB was answered ${status}`);
}
const grown = peak - before;
process.stdout.write(
  `memory while ${mib} MiB of bundles stream in: ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most, ` +
    `target ≤ ${growthMaxMib} MiB more: ${grown <= growthMaxMib ? 'met' : 'missed'}\n`,
);

interface Answer {
  readonly status: number;
}
interface Timed {
  readonly latenciesMs: readonly number[];
  readonly keptPerSecond: number;
  readonly statuses: ReadonlyMap<number, number>;
}

/**
 * An open loop: whoever is due does not wait for who came before, and the time counts from when it was due. What comes
 * before the count opens connections, compiles and plans, as a service that has just started does once.
 */
async function paced(rate: number, one: (turn: number) => Promise<Answer>): Promise<Timed> {
  await timed(rate, { seconds: warmUpSeconds, from: seconds * rate }, one);
  return timed(rate, { seconds, from: 0 }, one);
}

async function timed(
  rate: number,
  { seconds, from }: { readonly seconds: number; readonly from: number },
  one: (turn: number) => Promise<Answer>,
): Promise<Timed> {
  const latenciesMs: number[] = [];
  const statuses = new Map<number, number>();
  const startMs = performance.now();
  const asked = Array.from({ length: rate * seconds }, async (_, turn) => {
    const dueMs = startMs + (turn * 1000) / rate;
    await delay(Math.max(0, dueMs - performance.now()));
    const { status } = await one(from + turn);
    latenciesMs.push(performance.now() - dueMs);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  await Promise.all(asked);
  return { latenciesMs, statuses, keptPerSecond: (asked.length * 1000) / (performance.now() - startMs) };
}

function rowOf(name: string, timed: Timed, baseline: Timed, targetMs: number): string[] {
  const p99 = share(timed, 0.99);
  const answers = [...timed.statuses].map(([status, count]) => `${count} × ${status}`).join(', ');
  const ratio = `${ms(share(baseline, 0.99))} (${(p99 / share(baseline, 0.99)).toFixed(1)}×)`;
  const verdict = `p99 < ${targetMs} ms: ${p99 < targetMs ? 'met' : 'missed'}`;
  return [name, `${timed.keptPerSecond.toFixed(0)}/s`, ms(share(timed, 0.5)), ms(p99), ratio, answers, verdict];
}

function share({ latenciesMs }: Timed, part: number): number {
  const sorted = latenciesMs.toSorted((left, right) => left - right);
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

/** The plainest client there is: it has the same two cores. */
async function ask(path: string, body?: Buffer): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : archiveHeaders(body)) };
  const request = http.request(new URL(path, api.address), {
    agent,
    headers,
    method: body === undefined ? 'GET' : 'POST',
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode ?? 0 };
}

function archiveHeaders(body: Buffer) {
  return { 'content-type': 'application/x-tar', 'content-length': body.length };
}

function post(archive: Buffer): Promise<Answer> {
  return ask('/v1/rehearsals', archive);
}

function bundleOf(turn: number, fillBytes: number): Buffer {
  const manifest = `rehearsal: 1
service: service-${Math.abs(turn) % 50}
version: "${turn}"
previous: "0"
snapshot: { sql: [seed.sql] }
migrate: [{ name: pre-deploy, sql: [change.sql] }]
apps: none
`;
  const files = {
    'rehearsal.yaml': manifest,
    'seed.sql': 'CREATE TABLE t (id int);\n',
    'change.sql': `SELECT ${turn};\n`,
  };
  const filled = fillBytes === 0 ? files : { ...files, fill: randomBytes(fillBytes) };
  return tarBytes(Object.entries(filled).map(([name, content]) => ({ name, content })));
}

/** 200 services with versions of two environments each, ten rehearsals of a version. */
function questionOf(n: number): { readonly service: string; readonly version: string; readonly environment: string } {
  const question = Math.abs(n) % Math.max(1, Math.floor(stored / 10));
  const environment = question % 2 === 0 ? 'production' : 'staging';
  return { service: `stored-${question % 200}`, version: `${Math.floor(question / 200)}`, environment };
}

async function startApi(): Promise<{ readonly child: ChildProcess; readonly address: string }> {
  const env = {
    ...{ PATH: process.env.PATH, PORT: '0', DATABASE_URL: databaseUrl, REHEARSAL_TOKEN: token, LOG_LEVEL: 'fatal' },
    ...{ REHEARSAL_DATA: dir, REHEARSAL_REQUESTS_PER_MINUTE_MAX: '1000000' },
  };
  const program = join(checkout, 'services/api/main.ts');
  // As `npm start` and the image start it.
  const child = spawn(process.execPath, ['--max-semi-space-size=4', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^listening (\S+)$/.exec(line)?.[1];
    if (address !== undefined) return { child, address };
  }
  throw new Error('the API ended before it listened');
}

async function residentMib(): Promise<number> {
  const status = await readFile(`/proc/${api.child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
