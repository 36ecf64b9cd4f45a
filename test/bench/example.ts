import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scenarios } from '../../shared/domain/run.ts';
import { judge } from '../../shared/judge/judge.ts';
import { openEngine } from '../../workers/engine.ts';
import { rehearse } from '../../workers/rehearse.ts';
import { completedBundle } from '../support/vendor.ts';
import { formatTable } from './format-table.ts';

/** The whole rehearsal of the example bundle on the process host. `node test/bench/example.ts` */
const targetMs = 60_000;
const { values } = parseArgs({
  options: { bundle: { type: 'string', default: 'test/incidents/swallowed-lock-timeout/unsafe' } },
});

const dataRoot = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
try {
  await measure();
} finally {
  await rm(dataRoot, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using bundle = await completedBundle(values.bundle);
  const beginMs = performance.now();
  await using engine = await openEngine({ dataRoot, host: 'process' });
  const loaded = await engine.load(bundle.dir);
  const context = await engine.prepare(loaded, {});
  const preparedMs = performance.now() - beginMs;
  const evidence = await rehearse(context.plan, {
    clock: context.clock,
    parallel: cpus().length,
    perform: (spec, shapes) => engine.perform({ ...context, shapes }, spec, new AbortController().signal),
    progress: () => undefined,
  });
  const wholeMs = performance.now() - beginMs;
  const rows = scenarios.flatMap((scenario) => {
    const times = evidence.runs.filter(({ spec }) => spec.scenario === scenario).map(({ durationMs }) => durationMs);
    if (times.length === 0) return [];
    const sum = times.reduce((total, ms) => total + ms, 0);
    return [[scenario, String(times.length), seconds(sum / times.length), seconds(Math.max(...times)), seconds(sum)]];
  });
  process.stdout.write(
    [
      `${values.bundle} on ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end: verdict ${judge(evidence).verdict}`,
      ...formatTable([['scenario', 'runs', 'mean', 'longest', 'sum'], ...rows]),
      `snapshot and bundle ${seconds(preparedMs)}, whole ${seconds(wholeMs)}; target ≤ ${targetMs / 1000} s: ${wholeMs <= targetMs ? 'met' : 'missed'}`,
      '',
    ].join('\n'),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
