import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { ensurePages } from '../../infra/setup/pages.mjs';
import type { LatencyMap } from '../../shared/domain/load.ts';
import type { LockQueue } from '../../shared/domain/lock.ts';
import type { Report } from '../../shared/domain/report.ts';
import { type SteppedMaxima, stepsMax } from '../../shared/domain/series.ts';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { queueStepsMax } from '../../shared/report/lock-queues.ts';
import { render } from '../../shared/report/render.ts';
import { redReport } from '../shared/report/reports.ts';

/** `node test/bench/report-page.ts`: how a large report opens in Chromium, and what an interaction takes. */
const [statementsMax, runsMax, shapesMax] = [2000, 300, 5000];

/** What a run that lasted long has recorded, with figures of many digits. */
const fullestMap: LatencyMap = {
  ...{ fromMs: 5000, stepMs: 30_000, latencyUpToMs: [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000] },
  counts: Array.from({ length: 60 }, () => new Array<number>(10).fill(999)),
  failures: ['55P03', '57014', 'other'].map((sqlstate) => ({ sqlstate, counts: new Array<number>(60).fill(99) })),
};
const longestCurve: SteppedMaxima = {
  ...{ fromMs: 5000, stepMs: 25_600 },
  most: new Array<number>(stepsMax).fill(1_234_567_890),
};

/** As many as are told of a run, each over its whole length. */
const fullestQueues: readonly LockQueue[] = Array.from({ length: 4 }, (_, index) => ({
  waiter: { role: 'traffic' },
  behind: { role: 'migration', ordinal: index + 1 },
  relation: 'public.orders_of_all_customers',
  ...{ waits: 1234, longestMs: 1999 },
  atOnce: { fromMs: 5000, stepMs: 51_200, most: new Array<number>(queueStepsMax).fill(99) },
}));

ensurePages();
const shell = reportShell();
if (shell === undefined) throw new Error('the pages could not be built');
const report = largeReport();
const json = JSON.stringify(report);
const page = render('html', report, shell);
const dir = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
await using _leaving = { [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
const file = join(dir, 'report.html');
await writeFile(file, page);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
await tab.goto(pathToFileURL(file).href);
await tab.locator('h1').waitFor();
// From the navigation on, as the browser saw it: until then the page is empty.
const paint = await tab.evaluate(`new Promise((seen) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) if (name === 'first-contentful-paint') seen(startTime);
}).observe({ type: 'paint', buffered: true }))`);
const step = await slowest('document.querySelectorAll(".controls .button")[1].click()', 10);
const runs = await slowest('location.hash = "#timeline?run=contention-" + Math.floor(performance.now() % 250)', 5);
const rows: readonly (readonly [string, string, string])[] = [
  ['file', mib(page.length), '≤ 6 MiB'],
  ['JSON inside', mib(json.length), '≤ 5 MiB'],
  ['page alone, gzipped', `${Math.round(gzipSync(shell).length / 1000)} kB`, '≤ 300 kB'],
  ['first render', `${Math.round(Number(paint))} ms`, '< 1500 ms'],
  ['next statement', `${Math.round(step)} ms`, '< 100 ms'],
  ['another run', `${Math.round(runs)} ms`, '< 100 ms'],
];
for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`);

/** From the act to the next frame, the slowest of several. */
async function slowest(act: string, times: number): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const ms = await tab.evaluate(`new Promise((done) => { const from = performance.now(); ${act};
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from))); })`);
    took.push(Number(ms));
  }
  return Math.max(...took);
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** The red report, many times over: one long phase, many crash points, a cell for each state, a finding for many shapes. */
function largeReport(): Report {
  const red = redReport();
  const [control] = red.runs;
  const attempt = control?.migration[0];
  const statement = attempt?.statements[0];
  const stressed = red.runs.find(({ load }) => load !== undefined);
  if (control === undefined || attempt === undefined || statement === undefined || stressed === undefined) {
    throw new Error('the red report has no statement, or no traffic');
  }
  const statements = Array.from({ length: statementsMax }, (_, index) => ({
    ...statement,
    ordinal: index + 1,
    sql: `UPDATE part_${index} SET seen_at = now() WHERE id = $1`,
    startedAtMs: 5000 + index * 5,
    durationMs: 4,
  }));
  const [cell] = red.compatibility.cells;
  const [found] = red.findings;
  if (cell === undefined || found === undefined) throw new Error('the red report has no cell, or no finding');
  const some = Array.from({ length: runsMax - 1 }, (_, index) => ({
    ...stressed,
    id: `contention-${index}`,
    ...(stressed.load === undefined ? {} : { load: { ...stressed.load, latencyMap: fullestMap } }),
    queues: fullestQueues,
    migration: [{ ...attempt, statements: statements.slice(0, 10), memory: longestCurve }],
  }));
  const shape = (index: number) => ({
    sqlstate: '42703',
    message: 'no such column',
    sql: `SELECT a_${index}`,
    count: 1,
  });
  return {
    ...red,
    runs: [{ ...control, migration: [{ ...attempt, statements }] }, ...some],
    compatibility: {
      ...red.compatibility,
      cells: Array.from({ length: 600 }, (_, index) => ({
        ...cell,
        state: `after pre-deploy #${index} in contention-${index % 299}`,
        sqlErrors: index === 0 ? Array.from({ length: shapesMax }, (_one, number) => shape(number)) : [],
      })),
    },
    findings: Array.from({ length: 200 }, (_, index) => ({ ...found, ordinal: index })),
  };
}
