import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { startGenerator } from '../../workers/load/generator.ts';
import { measureTraffic } from '../../workers/load/measure-traffic.ts';
import type { GeneratedTemplate, TrafficPlan } from '../../workers/load/traffic-plan.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { formatTable } from './format-table.ts';
import { median, pgbench } from './pgbench.ts';
import { fillTable } from './tap-copy.ts';

/**
 * Our load generator against pgbench on the same transaction, an update of one row by its key, prepared, on as many
 * connections: as fast as pgbench can, and at fixed rates. `node test/bench/generator.ts --seconds 10 --rates 2000,4000`
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    rates: { type: 'string', default: '1000,2000,4000' },
  },
});
const seconds = Number(values.seconds);
const rounds = Number(values.rounds);
const target = { ratePerSecond: 2_000, lagMs: 20 };
const connections = 8;
const keys = 10_000;

const update: GeneratedTemplate = {
  ...{ kind: 'generated', act: 'update', for: 'both', weight: 1, relation: 'k', name: 'update', writes: [] },
  sql: 'UPDATE k SET v = v WHERE id = $1',
  keys: Array.from({ length: keys }, (_, at) => [String(at + 1)]),
};

const work = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
try {
  await measure();
} finally {
  await rm(work, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using server = await startEmbeddedPostgres({ settings: { shared_buffers: '256MB' } });
  await fillTable(server.address, { name: 'k', rows: keys });
  const script = join(work, 'transaction.sql');
  await writeFile(script, `\\set id random(1, ${keys})\nUPDATE k SET v = v WHERE id = :id;\n`);
  const request = { script, clients: connections, mode: 'prepared', seconds } as const;
  const rates = values.rates.split(',').map(Number);
  const ours = new Map(rates.map((rate) => [rate, [] as Generated[]]));
  const theirs = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push((await pgbench(server.address, request)).transactionsPerSecond);
    for (const rate of rates) ours.get(rate)?.push(await generate(server.address, rate));
  }
  report(median(theirs), ours);
}

interface Generated {
  readonly achieved: number;
  readonly lagMsP99: number;
  readonly latencyMsP99: number;
  readonly failed: number;
}

async function generate(address: ServerAddress, ratePerSecond: number): Promise<Generated> {
  const plan: TrafficPlan = { address, connectionsMax: connections, ratePerSecond, seed: 1, templates: [update] };
  const beginMs = performance.now();
  const generator = await startGenerator(plan, () => performance.now() - beginMs);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { records } = await generator.stop(10_000);
  const { transactions, failed, lagMsP99, latencyMs } = measureTraffic(records, null);
  const firstMs = Math.min(...records.map(({ intendedAtMs }) => intendedAtMs));
  const lastMs = Math.max(...records.map(({ finishedAtMs }) => finishedAtMs));
  const achieved = (transactions - failed) / ((lastMs - firstMs) / 1000);
  process.stderr.write(`${ratePerSecond}/s: ${achieved.toFixed(0)} tx/s, lag p99 ${lagMsP99.toFixed(1)} ms\n`);
  return { achieved, lagMsP99, latencyMsP99: latencyMs.p99, failed };
}

function report(pgbenchRate: number, ours: ReadonlyMap<number, readonly Generated[]>): void {
  const rows = [...ours].map(([rate, runs]) => {
    const of = (figure: (run: Generated) => number) => median(runs.map(figure));
    const achieved = of((run) => run.achieved);
    const lag = of((run) => run.lagMsP99);
    const kept = achieved >= 0.98 * rate && lag < target.lagMs && runs.every(({ failed }) => failed === 0);
    const share = `${((achieved / pgbenchRate) * 100).toFixed(0)} %`;
    const times = [lag, of((run) => run.latencyMsP99)].map((ms) => `${ms.toFixed(1)} ms`);
    return { rate, kept, cells: [`ours at ${rate}/s`, `${achieved.toFixed(0)} tx/s`, share, ...times] };
  });
  const baseline = [`pgbench -c${connections}`, `${pgbenchRate.toFixed(0)} tx/s`, '100 %', '', ''];
  const head = ['one update, prepared', 'achieved', 'of pgbench', 'lag p99', 'latency p99'];
  const met = rows.some(({ rate, kept }) => rate >= target.ratePerSecond && kept);
  process.stdout.write(
    [
      `PostgreSQL 17, medians of ${rounds}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end`,
      ...formatTable([head, baseline, ...rows.map(({ cells }) => cells)]),
      `target ${target.ratePerSecond} tx/s with lag p99 < ${target.lagMs} ms: ${met ? 'met' : 'missed'}`,
      '',
    ].join('\n'),
  );
}
