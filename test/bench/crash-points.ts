import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { InterruptionRun } from '../../shared/domain/run.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { systemClock as clock } from '../../shared/edge/adapters/system-clock.ts';
import { planRuns } from '../../shared/plan/plan-runs.ts';
import { type Engine, openEngine } from '../../workers/engine.ts';
import { openDataRoot } from '../../workers/hosts/data-root.ts';
import { openProcessHost } from '../../workers/hosts/process/open-process-host.ts';
import { openSnapshots } from '../../workers/snapshots/open-snapshots.ts';
import { libraryApp, libraryBundle, twoApps, withPg } from '../support/contract-bundles.ts';
import { writtenBundle } from '../support/vendor.ts';
import { writeFiller } from './filler-sql.ts';
import { dumpTools, type Place, timeRestore, writeDump } from './ways.ts';

/**
 * Crash points a minute: a migration of ten statements that commit one by one, on a snapshot of this size. At each the
 * command is killed, both versions are started on what it left, and it is run again; against one `pg_restore` a point.
 * `node test/bench/crash-points.ts --gib 1 --parallel 2`
 */
const targetPerMinute = 15;
const major = 15;
const GiB = 1024 ** 3;
const statements = 10;

const { values } = parseArgs({
  options: { gib: { type: 'string', default: '1' }, parallel: { type: 'string', default: '2' } },
});
const bytes = Number(values.gib) * GiB;
const parallel = Number(values.parallel);

const work = await mkdtemp(join(tmpdir(), 'rehearsal-bench-'));
try {
  await chmod(work, 0o711);
  const perMinute = await crashPoints();
  const restoreMs = await restorePerPoint();
  const restored = typeof restoreMs === 'string' ? restoreMs : `${(restoreMs / 1000).toFixed(1)} s a point`;
  process.stdout.write(
    `${[
      `${statements} statements, snapshot of ${values.gib} GiB, PostgreSQL ${major}, ${parallel} at a time, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end`,
      `crash points a minute, retry and the start of both versions included: ${perMinute.toFixed(1)} (${(60 / perMinute).toFixed(1)} s a point)`,
      `pg_restore -j2 alone, before anything is asked: ${restored}`,
      `target ≥ ${targetPerMinute} a minute: ${perMinute >= targetPerMinute ? 'met' : 'missed'}`,
    ].join('\n')}\n`,
  );
} finally {
  await rm(work, { recursive: true, force: true });
}

async function crashPoints(): Promise<number> {
  await writeFiller(work, bytes);
  await using bundle = await writtenBundle(await bundleFiles());
  await using engine = await openEngine({ dataRoot: join(work, 'crash-points'), host: 'process' });
  process.stderr.write('building the snapshot\n');
  const context = await engine.prepare(await engine.load(bundle.dir), { only: ['control', 'interruption'] });
  const perform = (spec: Parameters<Engine['perform']>[1]) =>
    engine.perform(context, spec, new AbortController().signal);
  const [first] = planRuns(context.plan, []).runs;
  if (first === undefined) throw new Error('no control run was planned');
  const control = await perform(first);
  const traced = planRuns(context.plan, [control]).runs.find(({ id }) => id === 'control-traced');
  if (traced === undefined) throw new Error('no traced run was planned');
  const { runs } = planRuns(context.plan, [control, await perform(traced)]);
  const points = runs.flatMap((run) => (run.scenario === 'interruption' && run.cut === 'kill-command' ? [run] : []));
  process.stderr.write(`${points.length} crash points\n`);
  const beginMs = performance.now();
  const queue = points.map(asked);
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let spec = queue.shift(); spec !== undefined; spec = queue.shift()) {
        const { aftermath, why } = await perform(spec);
        if (aftermath?.previousStarts.seen !== true || !aftermath.nextStarts.seen)
          throw new Error(`${spec.id}: ${why}`);
      }
    }),
  );
  return (points.length * 60_000) / (performance.now() - beginMs);
}

/** Without a state that is known from elsewhere, both versions are started. */
function asked({ expectedState: _known, askedIn: _elsewhere, ...spec }: InterruptionRun): InterruptionRun {
  return spec;
}

async function bundleFiles(): Promise<ReturnType<typeof libraryBundle>> {
  const app = libraryApp('SELECT 1 AS one');
  const lines = Array.from({ length: statements }, (_, n) => `ALTER TABLE books ADD COLUMN IF NOT EXISTS c${n} text;`);
  return libraryBundle(
    {
      snapshot: { sql: ['seed.sql', 'filler.sql'] },
      postgres: { major },
      migrate: [{ name: 'pre-deploy', sql: ['migrations/*.sql'], transaction: 'none', ledger: 'none' }],
      apps: twoApps,
      probes: [{ name: 'it answers', request: { path: '/' } }],
    },
    {
      'filler.sql': await readFile(join(work, 'filler.sql'), 'utf8'),
      'migrations/1.sql': `${lines.join('\n')}\n`,
      ...{ 'package.json': withPg, 'previous/app.js': app, 'next/app.js': app },
    },
  );
}

async function restorePerPoint(): Promise<number | string> {
  const tools = await dumpTools(major);
  if (typeof tools === 'string') return tools;
  await mkdir(join(work, 'bundle'));
  await using dataRoot = await openDataRoot(join(work, 'restoring'));
  const place: Place = { host: await openProcessHost({ dataRoot, sql: pgSql, clock }), sql: pgSql, work };
  const snapshots = await openSnapshots({ dataRoot, sql: pgSql, clock });
  process.stderr.write('dumping the snapshot\n');
  const full = await snapshots.fromSql({ bundleDir: work, files: ['filler.sql'], major });
  const empty = await snapshots.fromSql({ bundleDir: work, files: [], major });
  const dump = join(work, 'full.dump');
  await writeDump(tools, place, full, dump);
  return await timeRestore(tools, place, empty, dump);
}
