import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RunResult } from '../../shared/domain/observation.ts';
import { scenarios } from '../../shared/domain/run.ts';
import { openEngine } from '../../workers/engine.ts';
import { rehearse } from '../../workers/rehearse.ts';
import { completedBundle } from '../support/vendor.ts';
import { formatTable } from './format-table.ts';
import { median } from './pgbench.ts';

/**
 * What a scenario costs on top of the migration: the time of a run, clone included, without the time that the
 * migration's own command ran in it, one run at a time on the process host.
 * `node test/bench/overhead.ts --rounds 3 --only control`
 *
 * The target is for the quiet run. Other scenarios wait on purpose (traffic, locks that are held, versions that are
 * started): theirs is told and not judged.
 */
const targetMs = 2_000;
const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: 'test/incidents/swallowed-lock-timeout/safe' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: 'control' },
  },
});
const rounds = Number(values.rounds);
const chosen = scenarios.filter((scenario) => values.only === 'all' || values.only.split(',').includes(scenario));

const dataRoot = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
try {
  await measure();
} finally {
  await rm(dataRoot, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using bundle = await completedBundle(values.bundle);
  await using engine = await openEngine({ dataRoot, host: 'process' });
  const context = await engine.prepare(await engine.load(bundle.dir), { only: chosen });
  const results: RunResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { runs } = await rehearse(context.plan, {
      clock: context.clock,
      parallel: 1,
      perform: (spec, shapes) => engine.perform({ ...context, shapes }, spec, new AbortController().signal),
      progress: () => undefined,
    });
    results.push(...runs);
    process.stderr.write(`round ${round + 1}: ${runs.length} runs\n`);
  }
  report(results);
}

function report(results: readonly RunResult[]): void {
  const groups = Map.groupBy(
    results.filter(({ attempts, outcome }) => attempts.length > 0 && outcome !== 'not-run'),
    ({ spec }) => `${spec.scenario}${spec.scenario === 'control' ? ` (${spec.limits})` : ''}`,
  );
  const rows = [...groups].map(([name, runs]) => {
    const [own, whole, clone] = [runs.map(ownMs), runs.map((run) => run.durationMs), runs.map((run) => run.cloneMs)];
    const over = median(runs.map(overheadMs));
    const ratio = `${(median(whole) / median(own)).toFixed(1)}×`;
    return [name, `${runs.length}`, ...[median(own), median(whole), median(clone), over].map(seconds), ratio];
  });
  const quiet = results.filter(({ spec }) => spec.scenario === 'control' && spec.limits === 'declared');
  const quietMs = median(quiet.map(overheadMs));
  process.stdout.write(
    [
      `${values.bundle}, medians, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end`,
      ...formatTable([['scenario', 'runs', 'migration', 'run', 'of it clone', 'overhead', 'run/migration'], ...rows]),
      ...(quiet.length === 0
        ? []
        : [`quiet run: ${seconds(quietMs)}; target ≤ ${seconds(targetMs)}: ${quietMs <= targetMs ? 'met' : 'missed'}`]),
      '',
    ].join('\n'),
  );
}

/** The team's own command, once or again. */
function ownMs({ attempts }: RunResult): number {
  return attempts.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

function overheadMs(run: RunResult): number {
  return run.durationMs - ownMs(run);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
