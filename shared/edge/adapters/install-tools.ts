import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** The runner, and the only files of ours that it imports; the tools keep the same tree. */
const runnerDir = 'workers/sql-runner';
const runnerNeeds = ['ledger-version', 'scan-sql', 'sql-tokens'].map((name) => `shared/plan/${name}.ts`);
/** To take the types off takes Node longer than the rest of a start, and the runner is started for every run. */
const stripTypes = fileURLToPath(new URL('strip-types.ts', import.meta.url));
const packages = ['pg', 'libpg-query'] as const;
const run = promisify(execFile);
const packageJson = `${JSON.stringify({ name: 'rehearsal-tools', private: true, type: 'module' })}\n`;

/**
 * A directory with our own programs for the processes of a clone: the SQL runner and what it imports, readable by
 * everyone. Made once for each content and then found again; any number of processes may ask at once.
 */
export async function installTools(dataRoot: string): Promise<string> {
  const sources = await runnerSources();
  const found = await packagesFrom(packages);
  const made = await readFile(stripTypes, 'utf8');
  const tools = join(dataRoot, 'tools', contentVersion(sources, found, made));
  if (await exists(tools)) return tools;
  const unfinished = `${tools}.${process.pid}.${crypto.randomUUID()}`;
  try {
    await write(unfinished, sources, found);
    await publish(unfinished, tools);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return tools;
}

/** Path in the checkout → text. */
async function runnerSources(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(join(repository, runnerDir))).filter((name) => name.endsWith('.ts'));
  const paths = [...names.map((name) => `${runnerDir}/${name}`), ...runnerNeeds].toSorted();
  const texts = paths.map(async (path) => [path, await readFile(join(repository, path), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly dir: string;
}

/** The packages and what they depend on; one version of each, as the flat directory of the tools can hold no more. */
async function packagesFrom(names: readonly string[]): Promise<readonly InstalledPackage[]> {
  const found = new Map<string, InstalledPackage>();
  const ahead = names.map((name) => ({ name, from: repository }));
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const dir = await packageDir(next.name, next.from);
    const { version, dependencies } = await manifestOf(dir);
    const known = found.get(next.name);
    if (known !== undefined && known.version !== version) {
      throw new Error(`the tools need ${next.name} in two versions: ${known.version} and ${version}`);
    }
    if (known !== undefined) continue;
    found.set(next.name, { name: next.name, version, dir });
    for (const name of Object.keys(dependencies)) ahead.push({ name, from: dir });
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function packageDir(name: string, from: string): Promise<string> {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) if (await exists(join(place, name, 'package.json'))) return join(place, name);
  throw new Error(`the package ${name} is not installed`);
}

async function manifestOf(dir: string): Promise<{ version: string; dependencies: Record<string, string> }> {
  const manifest: unknown = JSON.parse(await readFile(join(dir, 'package.json'), 'utf8'));
  const { version = '', dependencies = {} } = manifest as { version?: string; dependencies?: Record<string, string> };
  return { version, dependencies };
}

function contentVersion(
  sources: ReadonlyMap<string, string>,
  found: readonly InstalledPackage[],
  made: string,
): string {
  const hash = createHash('sha256').update(packageJson).update(made);
  for (const [name, text] of sources) hash.update(`${name}\0${text}\0`);
  for (const { name, version } of found) hash.update(`${name}\0${version}\0`);
  return hash.digest('hex').slice(0, 16);
}

async function write(
  dir: string,
  sources: ReadonlyMap<string, string>,
  found: readonly InstalledPackage[],
): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), packageJson);
  for (const [path, text] of sources) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', stripTypes, dir]);
  for (const { name, dir: from } of found) {
    const filter = (path: string): boolean => !relative(from, path).split(sep).includes('node_modules');
    await cp(from, join(dir, 'node_modules', name), { recursive: true, dereference: true, filter });
  }
  await makeReadable(dir);
}

/** Whatever the umask is: clones run as another user. */
async function makeReadable(dir: string): Promise<void> {
  await chmod(dir, 0o755);
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

/** Another process may have been quicker; its content is the same. */
async function publish(unfinished: string, tools: string): Promise<void> {
  try {
    await rename(unfinished, tools);
  } catch (error) {
    if (!(await exists(tools))) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
}
