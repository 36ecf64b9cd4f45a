import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { completeBundle } from '../../infra/setup/complete-bundle.mjs';
import type { Report } from '../../shared/domain/report.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import { checkout, rehearse } from '../support/cli.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { rehearsed } from '../support/rehearsed.ts';
import { freePort } from '../support/service.ts';
import { temporaryDirectory } from '../support/vendor.ts';

/** An application from npm as its team hands it in; its files and its snapshot live as long as its scope. */
export interface Application extends AsyncDisposable {
  readonly dir: string;
  /** `scenarios` as for `--only`; `edit` is what else the team wrote otherwise in its manifest. */
  judged(overlap: Overlap, scenarios: string, edit?: Edit): Promise<Judged>;
}

export type Overlap = 'rolling' | 'stop-the-world';
export type Edit = (manifest: string) => string;

export interface Judged {
  readonly report: Report;
  readonly code: number | null;
}

/** Directories of a bundle, each with where it comes from and in whose modules its packages are. */
export type Parts = Readonly<Record<string, { readonly source: string; readonly packages: string }>>;

export async function handIn(name: string, parts: Parts): Promise<Application> {
  const place = await temporaryDirectory();
  const end = () => place[Symbol.asyncDispose]();
  try {
    await chmod(place.dir, 0o755);
    for (const [part, { source, packages }] of Object.entries(parts)) {
      await completeBundle(join(checkout, source), join(place.dir, 'bundle', part), join(checkout, packages));
    }
    await snapshotOfProduction(place.dir, name);
    const judged: Application['judged'] = (overlap, scenarios, edit = (text) => text) =>
      judge(place.dir, overlap, scenarios, edit);
    return { dir: place.dir, judged, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

const envIn = (dir: string) => ({ REHEARSAL_DATA: join(dir, 'root') });

async function judge(dir: string, overlap: Overlap, scenarios: string, edit: Edit): Promise<Judged> {
  const bundle = join(dir, crypto.randomUUID());
  await cp(join(dir, 'bundle'), bundle, { recursive: true, verbatimSymlinks: true });
  const manifest = join(bundle, 'rehearsal.yaml');
  await writeFile(
    manifest,
    edit((await readFile(manifest, 'utf8')).replace('overlap: rolling', `overlap: ${overlap}`)),
  );
  const args = ['--host', 'process', '--only', scenarios];
  await using rehearsal = await rehearsed(bundle, args, { env: envIn(dir), complete: true, timeoutMs: wholeMs });
  return { report: rehearsal.report, code: rehearsal.finished.code };
}

/** Some start two servers of half a minute each on a score of states. */
const wholeMs = 1_500_000;

/** Production as the older version made it, handed in as a team would: by its address and a policy that it looked at. */
async function snapshotOfProduction(dir: string, name: string): Promise<void> {
  await using server = await startEmbeddedPostgres({ major: 15 });
  const { host, port, user, password, database } = server.address;
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  await livedThrough(join(dir, 'bundle'), url);
  await using session = await pgSql.connect(server.address, 'rehearsal/test');
  await session.query(await readFile(join(dir, 'bundle/production.sql'), 'utf8'));
  const options = { cwd: dir, env: envIn(dir) };
  const drafted = await rehearse(['snapshot', 'classify', url], options);
  await writeFile(join(dir, 'policy.yaml'), keepAll(drafted.stdout));
  const made = await rehearse(['snapshot', 'create', name, '--from', 'dsn', url, '--policy', 'policy.yaml'], options);
  if (made.code !== 0) throw new Error(`no snapshot of ${name}:\n${made.stderr}`);
}

interface Command {
  readonly dir?: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}
interface Manifest {
  readonly migrate: readonly Command[];
  readonly apps: { readonly previous: Command & { readonly ready: string } };
}

/** The older version's migrations, then its server once: what it writes when it is first started is there as well. */
async function livedThrough(bundle: string, url: string): Promise<void> {
  const { migrate, apps }: Manifest = parse(await readFile(join(bundle, 'rehearsal.yaml'), 'utf8'));
  const optionsOf = ({ dir = '.', env }: Command) => ({
    cwd: join(bundle, older(dir)),
    env: { PATH: process.env.PATH, HOME: bundle, REHEARSAL_VERSION: 'previous', DATABASE_URL: url, ...env },
  });
  for (const phase of migrate) {
    await promisify(execFile)(process.execPath, phase.command.slice(1).map(older), optionsOf(phase));
  }
  const { env, ...place } = optionsOf(apps.previous);
  const [HOST, PORT] = ['127.0.0.1', String(await freePort())];
  const options = { ...place, env: { ...env, HOST, PORT }, stdio: 'ignore' as const };
  const child = spawn(process.execPath, apps.previous.command.slice(1), options);
  const ended = once(child, 'exit');
  try {
    await untilReady(`http://${HOST}:${PORT}${apps.previous.ready}`, child);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** A manifest migrates with the newer version; production came to be with the same command of the older one. */
const older = (word: string): string => word.replace(/\bnext\b/, 'previous');

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    // Nobody listens there yet.
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    if (child.exitCode !== null) throw new Error(`the older version ended with ${child.exitCode} and never answered`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Nobody's data: a column that the draft would empty is kept as well. */
const keepAll = (policy: string): string =>
  policy.replace(/^( {4}(?:\w+|"\w+")): .*$/gm, '$1: { keep: "made up for a test" }');
