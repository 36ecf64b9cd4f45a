import { Command, InvalidArgumentError, Option } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { systemClock } from '../../shared/edge/adapters/system-clock.ts';
import { defaultDataRoot, openDataRoot } from '../hosts/data-root.ts';
import { majors } from '../hosts/process/runtime.ts';
import { openSnapshots, type SnapshotAdmin } from '../snapshots/open-snapshots.ts';
import type { StoredSnapshot } from '../snapshots/snapshot-store.ts';
import type { CommandIo } from './io.ts';
import { classifySource, createFrom } from './snapshot-sources.ts';
import { stopOnSignals } from './stop-on-signals.ts';

/** `rehearse snapshot …`: what clones are made of. */
export function snapshotCommand(io: CommandIo): Command {
  const snapshot = new Command('snapshot').description('make, list and check snapshots');
  for (const command of [create(io), list(io), inspect(io), verify(io), classify(io), prune(io)]) {
    snapshot.addCommand(command.exitOverride());
  }
  return snapshot;
}

interface CreateOptions {
  readonly from: readonly string[];
  readonly policy?: string;
  readonly asOf?: Date;
  readonly major?: number;
  readonly database?: string;
}

function create(io: CommandIo): Command {
  return new Command('create')
    .description('make a snapshot')
    .argument('<name>', 'what bundles call it', parseName)
    .requiredOption('--from <source...>', 'dump FILE | sql FILE… | dsn URL | pgdata DIR')
    .option('--policy <file>', 'what happens to each column; for everything but sql')
    .option('--as-of <time>', 'when a dump was taken; default: when the file was written', parseTime)
    .addOption(new Option('--major <major>', 'PostgreSQL major, for dump and sql').argParser(parseMajor))
    .option('--database <name>', 'of a pgdata with several')
    .action((name: string, options: CreateOptions) =>
      withSnapshots(io, async (snapshots) => {
        const made = await createStoppably(io, snapshots, name, options);
        io.stderr(`sealed ${named(made)}, ${megabytes(made)}\n`);
        io.stdout(`${named(made)}\n`);
      }),
    );
}

async function createStoppably(io: CommandIo, snapshots: SnapshotAdmin, name: string, options: CreateOptions) {
  using stop = stopOnSignals(io, false, {
    does: 'the snapshot in the making is removed',
    before: 'the snapshot was sealed',
  });
  try {
    return await createFrom(io, snapshots, name, options, stop.signal);
  } catch (error) {
    // Whatever broke because it was stopped is not why it ended.
    throw stop.signal.aborted ? stop.signal.reason : error;
  }
}

function list(io: CommandIo): Command {
  return new Command('list').description('all snapshots, newest first').action(() =>
    withSnapshots(io, async (snapshots) => {
      for (const stored of await snapshots.list()) {
        const { major, dataAsOf } = stored.sealed.facts;
        const columns = [
          named(stored),
          stored.kind,
          `PostgreSQL ${major}`,
          megabytes(stored),
          `data as of ${dataAsOf ?? 'n/a'}`,
        ];
        io.stdout(`${columns.join('\t')}\n`);
      }
    }),
  );
}

function inspect(io: CommandIo): Command {
  return new Command('inspect')
    .description('everything about one snapshot but its passwords, as JSON')
    .argument('<name>', 'name or name@version')
    .action((asked: string) =>
      withSnapshots(io, async (snapshots) => {
        const { sealed, kind, createdAt, contentDigest } = await snapshots.inspect(...nameAndVersion(asked));
        const {
          facts,
          pgdata,
          database,
          settings,
          workload = {},
          queries = [],
          queriesBeyondLimit = 0,
          queriesHidden = 0,
          queryEvictions = 0,
          migrate,
          apps,
        } = sealed;
        const roles = { migrate: migrate.user, apps: apps.user };
        const shown = {
          ...facts,
          kind,
          createdAt,
          contentDigest,
          pgdata,
          database,
          roles,
          settings,
          workload,
          queries,
          queriesBeyondLimit,
          queriesHidden,
          queryEvictions,
        };
        io.stdout(`${JSON.stringify(shown, null, 2)}\n`);
      }),
    );
}

function verify(io: CommandIo): Command {
  return new Command('verify')
    .description('whether every byte is as it was sealed')
    .argument('<name>', 'name or name@version')
    .action((asked: string) =>
      withSnapshots(io, async (snapshots) => {
        if (!(await snapshots.verify(...nameAndVersion(asked)))) throw changed(asked);
        io.stdout(`${asked} is as it was sealed\n`);
      }),
    );
}

function classify(io: CommandIo): Command {
  return new Command('classify')
    .description('draft a masking policy from a dump, a running server or a stopped one')
    .argument('<source>', 'plain pg_dump file, postgresql:// address, or data directory')
    .option('--database <name>', 'of a data directory with several')
    .action((source: string, { database }: { readonly database?: string }) =>
      classifySource(io, source, database, (work) => withSnapshots(io, work)),
    );
}

function prune(io: CommandIo): Command {
  return new Command('prune')
    .description('remove old versions, and SQL snapshots not used for a week')
    .addOption(new Option('--keep <count>', 'newest versions of each name to keep').argParser(parseCount).default(2))
    .action(({ keep }: { readonly keep: number }) =>
      withSnapshots(io, async (snapshots) => {
        for (const pruned of await snapshots.prune(keep)) io.stdout(`removed ${named(pruned)}\n`);
      }),
    );
}

async function withSnapshots(io: CommandIo, work: (snapshots: SnapshotAdmin) => Promise<void>): Promise<void> {
  await using dataRoot = await openDataRoot(defaultDataRoot(io.env));
  await work(await openSnapshots({ dataRoot, sql: pgSql, clock: systemClock }));
}

const named = ({ sealed: { facts } }: StoredSnapshot): string => `${facts.name}@${facts.version}`;
const megabytes = ({ sealed: { facts } }: StoredSnapshot): string => `${Math.ceil(facts.bytes / 1_000_000)} MB`;

function nameAndVersion(asked: string): [string, string | undefined] {
  const [name = '', version] = asked.split('@');
  return [name, version];
}

function parseName(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text) && text !== 'sql') return text;
  throw new InvalidArgumentError('lower-case letters, digits, `.`, `_` and `-`, and not `sql`');
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('an ISO time such as 2026-03-01T04:00:00Z');
  return time;
}

function parseMajor(text: string): number {
  const major = majors.find((known) => String(known) === text);
  if (major === undefined) throw new InvalidArgumentError(`snapshots can be made for ${majors.join(', ')}`);
  return major;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('a whole number from 1');
  return Number(text);
}

const changed = (asked: string): RehearsalError =>
  new RehearsalError(
    'machine',
    'changed-snapshot',
    `${asked} is not what was sealed: somebody wrote to it, or the disk lost something`,
    'make it again, and look at the disk: dmesg | tail',
  );
