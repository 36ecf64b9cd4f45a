/**
 * `node test/soak/endurance.ts --rehearsals 50 --at-once 4 [--host process] [--only scenario,…]`: so many small
 * rehearsals one after the other, then as many of them at a time, through one engine. Memory, handles, children,
 * mounts, containers and disk must be afterwards as they were; ends with 1 where one of them grew.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { scenarios } from '../../shared/domain/run.ts';
import { openEngine } from '../../workers/engine.ts';
import type { HostChoice } from '../../workers/hosts/choose-host.ts';
import { type Rehearsing, rehearse } from '../../workers/rehearse.ts';
import { formatTable } from '../bench/format-table.ts';
import { libraryBundle, shelf } from '../support/contract-bundles.ts';
import { temporaryDirectory, writtenBundle } from '../support/vendor.ts';
import { growthMax, type Usage, usageOf } from './usage.ts';

const { values } = parseArgs({
  options: {
    rehearsals: { type: 'string', default: '50' },
    'at-once': { type: 'string', default: '4' },
    host: { type: 'string', default: 'process' },
    only: { type: 'string', default: '' },
  },
});
const [rehearsals, atOnce] = [Number(values.rehearsals), Number(values['at-once'])];
const only = scenarios.filter((scenario) => values.only === '' || values.only.split(',').includes(scenario));
/** Modules, snapshot, statistics of the compiler: what the first ones make is kept and made once. */
const warmUps = 2;

await using data = await temporaryDirectory();
await chmod(data.dir, 0o755);
await using bundle = await writtenBundle(
  libraryBundle({ load: { rate: '20/s', duration: '1s', hold: '200ms' } }, { 'migrations/1.sql': shelf }),
);
const root = join(data.dir, 'root');
const grown: string[] = [];
{
  await using engine = await openEngine({ dataRoot: root, host: values.host as HostChoice });
  const verdictless = new AbortController().signal;
  const one = async (seed: number): Promise<number> => {
    const startMs = performance.now();
    const context = await engine.prepare(await engine.load(bundle.dir), { seed, only });
    const perform: Rehearsing['perform'] = (spec, shapes) => engine.perform({ ...context, shapes }, spec, verdictless);
    const evidence = await rehearse(context.plan, {
      clock: context.clock,
      parallel: 2,
      perform,
      progress: () => undefined,
    });
    const missing = evidence.runs.filter(({ outcome }) => outcome === 'not-run');
    if (missing.length > 0)
      throw new Error(`not run: ${missing.map(({ spec, why }) => `${spec.id}: ${why}`).join('; ')}`);
    process.stderr.write(`rehearsal ${seed}: ${evidence.runs.length} runs in ${seconds(startMs)} s\n`);
    return evidence.runs.length;
  };
  for (let seed = 1; seed <= warmUps; seed += 1) await one(seed);
  const dataDir = (await engine.prepare(await engine.load(bundle.dir))).toolsDir.replace(/\/tools\/[^/]+$/, '');
  const before = await usageOf(root, dataDir);
  const startMs = performance.now();
  for (let n = 1; n <= rehearsals; n += 1) await one(1000 + n);
  const sequential = await usageOf(root, dataDir);
  const left = Array.from({ length: rehearsals }, (_, n) => 2000 + n).values();
  const lane = async () => {
    for (const seed of left) await one(seed);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const parallel = await usageOf(root, dataDir);
  const head = ['', 'before', `${rehearsals} one by one`, `${rehearsals}, ${atOnce} at a time`, 'may grow by'];
  const rows = (Object.keys(growthMax) as (keyof Usage)[]).map((name) => {
    const [first, second, third] = [before, sequential, parallel].map((usage) => usage[name]);
    const grows = Math.max(second ?? 0, third ?? 0) - (first ?? 0) > growthMax[name];
    if (grows) grown.push(name);
    return [
      name,
      ...[first, second, third, growthMax[name]].map((value) => (value ?? 0).toFixed(0)),
      grows ? 'GREW' : '',
    ];
  });
  process.stdout.write(`${formatTable([[...head, ''], ...rows]).join('\n')}\n`);
  process.stdout.write(`${2 * rehearsals} rehearsals on ${values.host} in ${seconds(startMs)} s\n`);
}
process.exitCode = grown.length === 0 ? 0 : 1;

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(0);
}
