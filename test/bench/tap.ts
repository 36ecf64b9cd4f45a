import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { openTap } from '../../workers/tap/open-tap.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { formatTable } from './format-table.ts';
import { median, pgbench } from './pgbench.ts';
import { fillTable, timeCopyIn, timeCopyOut } from './tap-copy.ts';

/**
 * The tap, with a hook on both sides of every statement, against the same server without it, turn by turn.
 * `node test/bench/tap.ts --seconds 5 --rounds 3 --gib 0.25`
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    gib: { type: 'string', default: '0.25' },
    only: { type: 'string', default: 'latency,copy' },
  },
});
const rounds = Number(values.rounds);
const gib = Number(values.gib);
const addedTarget = 0.1;
const copyTarget = 0.6;

/** Of about these lengths; the two long ones work and wait, as statements do. */
const transactions = {
  'a row by its key': '\\set id random(1, 10000)\nSELECT v FROM k WHERE id = :id;\n',
  'works 1.5 ms': 'SELECT sum(g) FROM generate_series(1, 20000) g;\n',
  'waits 1 ms': 'SELECT pg_sleep(0.001);\n',
} as const;

const work = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
try {
  await measure();
} finally {
  await rm(work, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using server = await startEmbeddedPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '8GB' } });
  const looked = async () => undefined;
  await using tap = await openTap({
    listenHost: '127.0.0.1',
    server: server.address,
    mode: 'plain',
    hooks: { arrived: looked, finished: looked },
    now: () => performance.now(),
  });
  const tapped = { ...server.address, host: tap.host, port: tap.port };
  const machine = `PostgreSQL 17, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the beginning`;
  process.stdout.write(`tap against direct, medians of ${rounds} turns, ${machine}\n`);
  if (values.only.includes('latency')) await latencies(server.address, tapped);
  if (values.only.includes('copy')) await copies(server.address, tapped);
}

async function latencies(direct: ServerAddress, tapped: ServerAddress): Promise<void> {
  await fillTable(direct, { name: 'k', rows: 10_000 });
  const rows: string[][] = [];
  let worst = 0;
  for (const [name, text] of Object.entries(transactions)) {
    const script = join(work, 'transaction.sql');
    await writeFile(script, text);
    for (const [clients, mode] of [1, 8].flatMap((c) => [[c, 'simple'] as const, [c, 'prepared'] as const])) {
      const times = await turns(
        () => pgbench(direct, { script, clients, mode, seconds: Number(values.seconds) }),
        () => pgbench(tapped, { script, clients, mode, seconds: Number(values.seconds) }),
      );
      const [directMs, tappedMs] = times.map((side) => median(side.map(({ latencyMs }) => latencyMs)));
      if (directMs === undefined || tappedMs === undefined) continue;
      const added = tappedMs / directMs - 1;
      if (directMs >= 1) worst = Math.max(worst, added);
      const [is, becomes] = [directMs, tappedMs].map((ms) => `${ms.toFixed(3)} ms`);
      rows.push([name, `-c${clients} -M ${mode}`, is ?? '', becomes ?? '', `${(added * 100).toFixed(1)} %`]);
      process.stderr.write(`${rows.at(-1)?.join('  ')}\n`);
    }
  }
  const target = `statements of 1 ms and more: at most ${(worst * 100).toFixed(1)} % added`;
  const lines = formatTable([['statement', 'pgbench', 'direct', 'tap', 'added'], ...rows]);
  const met = worst <= addedTarget ? 'met' : 'missed';
  process.stdout.write(`${lines.join('\n')}\n${target}; target ≤ ${addedTarget * 100} %: ${met}\n`);
}

async function copies(direct: ServerAddress, tapped: ServerAddress): Promise<void> {
  const bytes = await fillTable(direct, { name: 'large', bytes: gib * 1024 ** 3 });
  const file = join(work, 'copied');
  await timeCopyOut(direct, 'large', file);
  const out = await turns(
    () => timeCopyOut(direct, 'large', '/dev/null'),
    () => timeCopyOut(tapped, 'large', '/dev/null'),
  );
  const into = await turns(
    () => timeCopyIn(direct, file),
    () => timeCopyIn(tapped, file),
  );
  const ratios: number[] = [];
  const rows = Object.entries({ 'COPY TO STDOUT': out, 'COPY FROM STDIN': into }).map(([name, times]) => {
    const [directMs = Number.NaN, tappedMs = Number.NaN] = times.map(median);
    ratios.push(directMs / tappedMs);
    const speed = (ms: number) => `${(bytes / 1024 ** 2 / (ms / 1000)).toFixed(0)} MiB/s`;
    return [name, speed(directMs), speed(tappedMs), `${((directMs / tappedMs) * 100).toFixed(0)} % of direct`];
  });
  const lines = formatTable([[`${(bytes / 1024 ** 3).toFixed(2)} GiB`, 'direct', 'tap', ''], ...rows]);
  const met = Math.min(...ratios) >= copyTarget ? 'met' : 'missed';
  process.stdout.write(`${lines.join('\n')}\ntarget ≥ ${copyTarget * 100} %: ${met}\n`);
}

/** One after the other and again: what else the machine does falls on both. */
async function turns<T>(direct: () => Promise<T>, tapped: () => Promise<T>): Promise<readonly [T[], T[]]> {
  const times: [T[], T[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(await direct());
    times[1].push(await tapped());
  }
  return times;
}
