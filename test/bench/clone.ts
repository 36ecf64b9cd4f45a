import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { systemClock as clock } from '../../shared/edge/adapters/system-clock.ts';
import { openDataRoot } from '../../workers/hosts/data-root.ts';
import { openProcessHost } from '../../workers/hosts/process/open-process-host.ts';
import { openSnapshots } from '../../workers/snapshots/open-snapshots.ts';
import { writeFiller } from './filler-sql.ts';
import { formatTable } from './format-table.ts';
import { dumpTools, type Place, timeClone, timeRestore, writeDump } from './ways.ts';

/**
 * From the wish to the first answer: a clone of a snapshot, against a plain copy of it with a server on it, and against
 * `pg_restore` of a dump of it. `node test/bench/clone.ts --gib 1,5`
 */
const major = 15;
const GiB = 1024 ** 3;
const targetMs = 1000;
/** Snapshot, one copy or restored twin, the dump, and room for the servers' own files. */
const spacePerByte = 2.6;

const { values } = parseArgs({
  options: {
    gib: { type: 'string', default: '1,5' },
    runs: { type: 'string', default: '3' },
    dir: { type: 'string', default: tmpdir() },
  },
});
const sizes = values.gib.split(',').map(Number);
const runs = Number(values.runs);

const work = await mkdtemp(join(values.dir, 'rehearsal-bench-'));
try {
  // A clone's processes are other users, who must pass through.
  await chmod(work, 0o711);
  await mkdir(join(work, 'bundle'));
  await measure();
} finally {
  await rm(work, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  await using sharing = await openDataRoot(join(work, 'sharing'));
  await using copying = await openDataRoot(join(work, 'copying'), { loop: 'off' });
  await sharing.requireFree(Math.max(...sizes) * GiB * spacePerByte);
  const clones: Place = { host: await openProcessHost({ dataRoot: sharing, sql: pgSql, clock }), sql: pgSql, work };
  const copies: Place = { host: await openProcessHost({ dataRoot: copying, sql: pgSql, clock }), sql: pgSql, work };
  const tools = await dumpTools(major);
  const rows: Row[] = [];
  for (const gib of sizes) {
    const snapshots = await openSnapshots({ dataRoot: sharing, sql: pgSql, clock });
    process.stderr.write(`building a snapshot of ${gib} GiB\n`);
    const files = await writeFiller(work, gib * GiB);
    const big = await snapshots.fromSql({ bundleDir: work, files, major });
    const empty = await (await openSnapshots({ dataRoot: copying, sql: pgSql, clock })).fromSql({
      bundleDir: work,
      files: [],
      major,
    });
    const cloneMs = await median(() => timeClone(clones, big));
    const copyMs = await median(() => timeClone(copies, big));
    const restoreMs = typeof tools === 'string' ? undefined : await restore(tools, big, empty);
    rows.push({ gib: big.facts.bytes / GiB, cloneMs, copyMs, restoreMs });
    await rm(sharing.snapshots, { recursive: true, force: true });
    await mkdir(sharing.snapshots, { mode: 0o711 });
  }
  report(rows, sharing.method, copying.method, typeof tools === 'string' ? tools : undefined);

  async function restore(
    found: Exclude<typeof tools, string>,
    big: Parameters<typeof timeClone>[1],
    empty: Parameters<typeof timeClone>[1],
  ): Promise<number> {
    const dump = join(work, 'big.dump');
    process.stderr.write('dumping it\n');
    await writeDump(found, clones, big, dump);
    const ms = await median(() => timeRestore(found, copies, empty, dump));
    await rm(dump);
    return ms;
  }
}

interface Row {
  readonly gib: number;
  readonly cloneMs: number;
  readonly copyMs: number;
  readonly restoreMs: number | undefined;
}

async function median(measureOnce: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) times.push(await measureOnce());
  process.stderr.write(`${times.map((ms) => ms.toFixed(0)).join(' ')} ms\n`);
  return times.toSorted((a, b) => a - b)[Math.floor((runs - 1) / 2)] ?? Number.NaN;
}

function report(rows: readonly Row[], sharing: string, copying: string, missing: string | undefined): void {
  const against = (ms: number | undefined, cloneMs: number) =>
    ms === undefined ? 'not measured' : `${(ms / 1000).toFixed(2)} s (${(ms / cloneMs).toFixed(1)}×)`;
  const lines = rows.map(({ gib, cloneMs, copyMs, restoreMs }) => [
    `${gib.toFixed(2)} GiB`,
    `${(cloneMs / 1000).toFixed(2)} s`,
    against(copyMs, cloneMs),
    against(restoreMs, cloneMs),
  ]);
  const head = ['snapshot', `clone (${sharing})`, `recursive ${copying} + start`, 'pg_restore -j2'];
  const [first, last] = [rows[0], rows.at(-1)];
  const growth = first === undefined || last === undefined ? 1 : last.cloneMs / first.cloneMs;
  const slowest = Math.max(...rows.map(({ cloneMs }) => cloneMs));
  process.stdout.write(
    [
      `To the first query, median of ${runs}, PostgreSQL ${major}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end`,
      ...formatTable([head, ...lines]),
      ...(missing === undefined ? [] : [missing]),
      `target ≤ ${targetMs / 1000} s: ${slowest <= targetMs ? 'met' : 'missed'}; largest against smallest: ${growth.toFixed(2)}×`,
      '',
    ].join('\n'),
  );
}
