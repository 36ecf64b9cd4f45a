import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { acquireActorLock } from '../../workers/load/actor-lock.ts';
import { startGenerator } from '../../workers/load/generator.ts';
import { seededRandom } from '../../workers/load/seeded-random.ts';
import type { GeneratedTemplate } from '../../workers/load/traffic-plan.ts';
import { openScenarioLab } from '../lab/scenarios/scenario-lab.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { formatTable } from './format-table.ts';
import { median } from './pgbench.ts';

/**
 * An ALTER of two milliseconds on a table with 50 short writes a second, of which now and then one stays open: how
 * many runs until it waits over its budget, where the load meets it by chance, and how many where the run is aimed.
 * `node test/bench/contention.ts --seeds 5 --every 60 --hold 2 --tries 200`
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    /** A transaction of the writers stays open, so many seconds apart on average … */
    every: { type: 'string', default: '60' },
    /** … for so many seconds. */
    hold: { type: 'string', default: '2' },
    /** Runs after which chance is given up. */
    tries: { type: 'string', default: '200' },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, at) => at + 1);
const everyMs = Number(values.every) * 1000;
const holdMs = Number(values.hold) * 1000;
const triesMax = Number(values.tries);
const budgetMs = 1000;
const writesPerSecond = 50;
const keys = 500;

const byChance = await untilMet();
const aimed = await aimedRun();
report();

interface Chance {
  readonly tries: number;
  readonly met: boolean;
  readonly quietMs: number;
}

/** Every seed has a table of its own, so they do not disturb each other and need not wait for each other. */
async function untilMet(): Promise<readonly Chance[]> {
  await using server = await startEmbeddedPostgres();
  return await Promise.all(seeds.map((seed) => untilMetOn(server.address, seed)));
}

async function untilMetOn(address: ServerAddress, seed: number): Promise<Chance> {
  const table = `books_${seed}`;
  await using migrating = await pgSql.connect(address, 'bench');
  await migrating.query(`CREATE TABLE ${table} (id int PRIMARY KEY, v text);
    INSERT INTO ${table} SELECT n, 'x' FROM generate_series(1, ${keys}) AS n`);
  const update: GeneratedTemplate = {
    ...{ kind: 'generated', act: 'update', for: 'both', weight: 1, relation: table, name: 'update', writes: [] },
    sql: `UPDATE ${table} SET v = v WHERE id = $1`,
    keys: Array.from({ length: keys }, (_, at) => [String(at + 1)]),
  };
  const plan = { address, connectionsMax: 8, ratePerSecond: writesPerSecond, seed, templates: [update] };
  const generator = await startGenerator(plan, () => performance.now());
  const over = new AbortController();
  const staying = longOnes(address, `public.${table}`, seed, over.signal);
  const random = seededRandom(seed, 1);
  const waitsMs: number[] = [];
  while (waitsMs.length < triesMax && (waitsMs.at(-1) ?? 0) <= budgetMs) {
    // One run: it begins at some moment of the traffic.
    await pause(200 + 1000 * random());
    const beganMs = performance.now();
    await migrating.query(`ALTER TABLE ${table} ADD COLUMN c${waitsMs.length} int`);
    waitsMs.push(performance.now() - beganMs);
  }
  over.abort();
  await staying;
  await generator.stop(0);
  process.stderr.write(`seed ${seed}: ${waitsMs.length} runs, the last waited ${waitsMs.at(-1)?.toFixed(0)} ms\n`);
  return { tries: waitsMs.length, met: (waitsMs.at(-1) ?? 0) > budgetMs, quietMs: median(waitsMs) };
}

/** Their arrivals are as independent of each other as those of the traffic. */
async function longOnes(address: ServerAddress, relation: string, seed: number, over: AbortSignal): Promise<void> {
  const random = seededRandom(seed, 2);
  while (!over.aborted) {
    // Called off: the next line sees it.
    await pause(-Math.log(1 - random()) * everyMs, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    await using _held = await acquireActorLock(pgSql, address, {
      relation,
      holds: 'RowExclusiveLock',
      holder: 'open-write',
    });
    // Called off: the lock is let go all the same.
    await pause(holdMs, undefined, { signal: over }).catch(() => undefined);
  }
}

/** The same migration as the product rehearses it: the one contention run that the control run leads to. */
async function aimedRun() {
  await using lab = await openScenarioLab();
  const load = { rate: `${writesPerSecond}/s`, duration: '1s', hold: `${holdMs}ms` };
  const files = { 'migrations/1.sql': 'ALTER TABLE books ADD COLUMN shelf text;\n' };
  const bundle = await lab.bundle(libraryBundle({ load }, files));
  const control = await bundle.control();
  const results = [control, await bundle.control('traced')];
  const alter = control.attempts[0]?.statements.find(({ sql }) => sql.startsWith('ALTER'));
  const run = await bundle.planned(`contention-pre-deploy-${alter?.ordinal}-public.books`, results);
  return { blockedMsMax: run.load?.blockedMsMax ?? 0, durationMs: run.durationMs, quietMs: alter?.durationMs ?? 0 };
}

function report(): void {
  const met = byChance.filter((one) => one.met).length;
  const tries = byChance.map((one) => one.tries);
  const chance = [
    `${median(tries)} runs`,
    `${Math.min(...tries)} to ${Math.max(...tries)}`,
    `${met} of ${seeds.length}`,
  ];
  const hit = aimed.blockedMsMax > budgetMs;
  const seconds = (aimed.durationMs / 1000).toFixed(1);
  process.stdout.write(
    [
      `${writesPerSecond} writes/s, one that stays open ${values.hold} s every ${values.every} s, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`,
      `the ALTER alone: ${aimed.quietMs.toFixed(1)} ms, among the traffic ${median(byChance.map((one) => one.quietMs)).toFixed(1)} ms`,
      ...formatTable([
        [`until it waits over ${budgetMs} ms`, 'median', 'range', 'met'],
        ['random load', ...chance],
        ['contention', '1 run', `${seconds} s`, hit ? `waited ${aimed.blockedMsMax.toFixed(0)} ms` : 'missed'],
      ]),
      '',
    ].join('\n'),
  );
}
