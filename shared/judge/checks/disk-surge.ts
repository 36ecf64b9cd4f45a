import type { DiskUse, RunResult } from '../../domain/observation.ts';
import type { StatementObservation } from '../../domain/statement.ts';
import type { JudgeContext } from '../context.ts';
import { diskHeadroomBytes } from '../default-rules.ts';
import { timesSnapshot } from '../derive/blocking-hold.ts';
import { placeOf } from '../derive/place.ts';
import { bytes, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** A server whose disk is full stops, and takes every database on it along. */
export const diskSurge = defineCheck({
  id: 'disk-surge',
  title: 'The migration writes more than the disk is likely to have room for',
  why: 'A server whose disk runs full panics in the midst of the deployment, and a standby that is late keeps all of its WAL.',
  rule:
    'Warns where the WAL, the temporary files and what the database grew by at its largest (a second copy of a table ' +
    'included) come to more than the headroom: half of the size of the database, at least 1 GiB; where the snapshot ' +
    'says that production is larger, everything is multiplied by as much.',
  severity: 'warns',
  needs: ['control'],
  parts: ['migration'],
  find: ({ control }, context) =>
    control.runs.flatMap((run) => (run.disk?.seen === true ? draftsOf(run, run.disk.value, context) : [])),
  lacks: ({ control }) =>
    control.runs.flatMap(({ spec, disk }) => {
      if (disk?.seen === true) return [];
      return [`${spec.id}: ${disk === undefined ? 'nobody looked at what it takes of the disk' : disk.why}`];
    }),
});

function draftsOf(run: RunResult, disk: DiskUse, context: JudgeContext): readonly Draft[] {
  const times = timesSnapshot(context);
  const grown = Math.max(disk.grownBytesMax, copiesIn(run));
  const needed = (disk.walBytes + disk.tempBytes + grown) * times;
  const headroom = diskHeadroomBytes(context.rules, disk.databaseBytes * times);
  if (needed <= headroom) return [];
  const most = mostWal(run);
  const { phases } = context.manifest;
  const phase = most?.phase ?? (phases.length === 1 ? phases[0]?.name : undefined);
  const parts = `${bytes(disk.walBytes * times)} of WAL, ${bytes(disk.tempBytes * times)} of temporary files, and the database grew by ${bytes(grown * times)}`;
  const larger = times <= 1 ? '' : ` Production is ${Math.round(times * 10) / 10} times as large as the snapshot.`;
  const mostly =
    most === undefined
      ? ''
      : ` Most of the WAL, ${bytes(most.statement.walBytes)} on the snapshot, is “${shortSql(most.statement.sql)}”.`;
  return [
    {
      title: `${phase ?? 'The migration'} needs ${bytes(needed)} of free disk`,
      summary: `It wrote ${parts}: ${bytes(needed)} together, where ${bytes(headroom)} is what a server should be trusted with beside its ${bytes(disk.databaseBytes * times)}.${larger}${mostly}`,
      runs: [run],
      phase,
      ...(most === undefined ? {} : placeOf(most.statement, most.phase, context)),
      facts: {
        neededBytes: needed,
        headroomBytes: headroom,
        ...disk,
        copiedBytes: copiesIn(run),
        timesProduction: times,
      },
      remedy: {
        text: `Work in batches with pauses, so that WAL can be archived, sent and removed meanwhile. Otherwise have ${bytes(needed)} free on the primary and on every standby, and limit what is kept for those that are late and what one query may spill:`,
        sql: `-- what is kept for whom\nSELECT slot_name, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS kept FROM pg_replication_slots;\nALTER SYSTEM SET max_slot_wal_keep_size = '${inMiB(headroom)}MB';\nALTER SYSTEM SET temp_file_limit = '${inMiB(headroom)}MB';\nSELECT pg_reload_conf();`,
      },
    },
  ];
}

/** Old files of what one transaction rewrites go only when it ends. */
function copiesIn({ attempts }: RunResult): number {
  const sums = attempts.flatMap(({ statements }) =>
    Map.groupBy(statements, ({ transaction, ordinal }) => transaction ?? `alone ${ordinal}`)
      .values()
      .map((together) => together.reduce((sum, { rewroteBytes = {} }) => sum + total(rewroteBytes), 0))
      .toArray(),
  );
  return Math.max(0, ...sums);
}

const total = (sizes: Readonly<Record<string, number>>): number =>
  Object.values(sizes).reduce((sum, size) => sum + size, 0);

function mostWal({
  attempts,
}: RunResult): { readonly phase: string; readonly statement: StatementObservation } | undefined {
  const all = attempts.flatMap(({ phase, statements }) => statements.map((statement) => ({ phase, statement })));
  return all
    .filter(({ statement }) => statement.walBytes > 0)
    .toSorted((a, b) => b.statement.walBytes - a.statement.walBytes)[0];
}

const inMiB = (number: number): number => Math.ceil(number / 1024 ** 2);
