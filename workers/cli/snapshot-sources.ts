import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ProblemPlace, RehearsalError } from '../../shared/domain/problem.ts';
import { nearest } from '../../shared/plan/manifest/nearest.ts';
import { classifyDump } from '../snapshots/classify-dump.ts';
import type { SnapshotAdmin } from '../snapshots/open-snapshots.ts';
import { isDsn, parseDsn, withoutPassword } from '../snapshots/production-address.ts';
import type { StoredSnapshot } from '../snapshots/snapshot-store.ts';
import type { CommandIo } from './io.ts';

export interface SourceOptions {
  readonly from: readonly string[];
  readonly policy?: string;
  readonly asOf?: Date;
  readonly major?: number;
  readonly database?: string;
}

const kinds = ['dump', 'sql', 'dsn', 'pgdata'] as const;
type Kind = (typeof kinds)[number];
const examples: Readonly<Record<Kind, string>> = {
  dump: '--from dump dump.sql --policy policy.yaml',
  sql: '--from sql schema.sql data.sql',
  dsn: '--from dsn postgresql://USER@HOST:PORT/DATABASE --policy policy.yaml',
  pgdata: '--from pgdata /var/lib/postgresql/17/main --policy policy.yaml',
};

/** Makes a snapshot from what `--from` names; production is never read without a policy. */
export async function createFrom(
  io: CommandIo,
  snapshots: SnapshotAdmin,
  name: string,
  options: SourceOptions,
  signal: AbortSignal,
): Promise<StoredSnapshot> {
  const [said = '', ...sources] = options.from;
  const kind = kinds.find((known) => known === said);
  if (kind === undefined) throw unknownKind(said);
  const [source] = sources;
  if (source === undefined) throw usage(`--from ${kind} names no source`, examples[kind]);
  refuseForeign(kind, options);
  const { major } = options;
  if (kind === 'sql') {
    for (const file of sources) await requireFile(resolve(io.cwd, file));
    return snapshots.nameSql({ name, dir: io.cwd, files: sources, major: major ?? 17, signal });
  }
  if (sources.length > 1) throw usage(`--from ${kind} takes one source, not ${sources.length}`, examples[kind]);
  if (options.policy === undefined) throw policyRequired(name, kind, source);
  const policy = resolve(io.cwd, options.policy);
  await requireFile(policy);
  if (kind === 'dsn') return snapshots.fromDatabase({ name, address: parseDsn(source, io.env), policy, signal });
  const path = resolve(io.cwd, source);
  if (kind === 'pgdata') {
    const { database } = options;
    return snapshots.fromPgdata({ name, pgdata: path, policy, signal, ...(database !== undefined && { database }) });
  }
  await requireFile(path);
  const { asOf } = options;
  const given = { ...(asOf !== undefined && { dataAsOf: asOf }), ...(major !== undefined && { major }) };
  return snapshots.fromDump({ name, dump: path, policy, signal, ...given });
}

/** Prints a draft of a policy for whatever kind of source this is. */
export async function classifySource(
  io: CommandIo,
  source: string,
  database: string | undefined,
  withSnapshots: (work: (snapshots: SnapshotAdmin) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (isDsn(source)) {
    const address = parseDsn(source, io.env);
    return withSnapshots(async (snapshots) => io.stdout(await snapshots.classifyDatabase(address)));
  }
  const path = resolve(io.cwd, source);
  const found = await stat(path).catch(cannotBeRead(path));
  if (found.isDirectory()) {
    return withSnapshots(async (snapshots) => io.stdout(await snapshots.classifyPgdata(path, database)));
  }
  await requireFile(path);
  io.stdout(await classifyDump(path));
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(cannotBeRead(path));
  if (!found.isFile()) throw unreadable(`${path} is no file`);
  await access(path, constants.R_OK).catch(cannotBeRead(path));
}

const cannotBeRead =
  (path: string) =>
  (cause: unknown): never => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw unreadable(code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${code})`, cause);
  };

const unreadable = (detail: string, cause?: unknown): RehearsalError =>
  new RehearsalError('bundle', 'unreadable-file', detail, 'give the path of a file that you may read', { cause });

/** An option that does nothing would let somebody believe that it did. */
function refuseForeign(kind: Kind, { asOf, major, database }: SourceOptions): void {
  const foreign = [
    ...(asOf !== undefined && kind !== 'dump' ? ['--as-of'] : []),
    ...(major !== undefined && (kind === 'dsn' || kind === 'pgdata') ? ['--major'] : []),
    ...(database !== undefined && kind !== 'pgdata' ? ['--database'] : []),
  ];
  if (foreign.length > 0) throw usage(`--from ${kind} takes no ${foreign.join(' and no ')}`, examples[kind]);
}

function unknownKind(said: string): RehearsalError {
  const close = nearest(said, [...kinds]);
  const detail = `--from ${said}: no such kind of source; there are ${kinds.join(', ')}`;
  const problem = { key: '--from', message: detail, ...(close === undefined ? {} : { nearest: close }) };
  return usage(detail, examples[kinds.find((kind) => kind === close) ?? 'dump'], [problem]);
}

const usage = (detail: string, example: string, problems: readonly ProblemPlace[] = []): RehearsalError =>
  new RehearsalError('bundle', 'usage', detail, `for example: rehearse snapshot create NAME ${example}`, { problems });

function policyRequired(name: string, kind: Kind, source: string): RehearsalError {
  const shown = withoutPassword(source);
  return new RehearsalError(
    'policy',
    'policy-required',
    `a snapshot from ${kind} holds production's values, and no policy says what happens to them`,
    `rehearse snapshot classify ${shown} > policy.yaml, look at every line, then: rehearse snapshot create ${name} --from ${kind} ${shown} --policy policy.yaml`,
  );
}
