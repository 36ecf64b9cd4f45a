import type { Bundle, Manifest, SourceStatement } from '../domain/bundle.ts';
import type { ProblemPlace } from '../domain/problem.ts';
import { bundleDigest } from './bundle-digest.ts';
import type { BundleFiles } from './bundle-files.ts';
import { invalidBundle } from './invalid-bundle.ts';
import { lookForHotpatches } from './look-for-hotpatches.ts';
import { BundlePaths } from './manifest/bundle-paths.ts';
import { manifest as readManifest } from './manifest/read-manifest.ts';
import { Spot } from './manifest/spot.ts';
import { readYaml } from './manifest/yaml-tree.ts';
import { normalizeSql } from './normalize-sql.ts';
import { notTestedOf } from './not-tested.ts';
import { withoutByteOrderMark } from './scan-sql.ts';
import { splitSql } from './split-sql.ts';

export const manifestFile = 'rehearsal.yaml';

/** Reads and checks a whole bundle. Throws RehearsalError `invalid-bundle` with every problem at once. */
export async function readBundle(files: BundleFiles): Promise<Bundle> {
  const paths = new BundlePaths(files);
  const problems: ProblemPlace[] = [];
  const manifest = await manifestOf(files, paths, problems);
  const read = (names: readonly string[], tooLarge: string) =>
    statementsOf(names, files, paths, { problems, tooLarge });
  const statements = manifest === null ? [] : await read(sqlFilesOf(manifest), loadWithCopy);
  const queries =
    manifest?.queries === undefined ? undefined : queriesOf(await read(manifest.queries, keepTheMost), problems);
  if (manifest === null || problems.length > 0) throw invalidBundle(inFileOrder(problems));
  return {
    digest: bundleDigest(files.entries),
    manifest,
    files: files.entries.map(({ path, kind, sizeBytes }) => ({ path, kind, sizeBytes })),
    statements,
    ...(queries === undefined ? {} : { queries }),
    notTested: notTestedOf(manifest),
    ...(manifest.hotpatches.length === 0 ? {} : { hotpatches: lookForHotpatches(manifest, files) }),
    appDigests: appDigestsOf(manifest, files, paths),
  };
}

async function manifestOf(files: BundleFiles, paths: BundlePaths, problems: ProblemPlace[]): Promise<Manifest | null> {
  if (!files.entries.some(({ path }) => path === manifestFile)) {
    problems.push({ file: manifestFile, message: `There is no ${manifestFile} at the root of the bundle.` });
    return null;
  }
  if (sizeOf(files, paths.real(manifestFile)) > manifestBytesMax) {
    const message = `The manifest is larger than ${manifestBytesMax} bytes. Move long SQL and bodies to files of the bundle.`;
    problems.push({ file: manifestFile, message });
    return null;
  }
  const text = await files.readText(manifestFile);
  if (text === null) {
    problems.push({ file: manifestFile, message: 'The manifest is no UTF-8 text. Save it as UTF-8.' });
    return null;
  }
  const yaml = readYaml(manifestFile, text);
  problems.push(...yaml.problems);
  if (yaml.root === null) return null;
  const tell = (place: ProblemPlace): number => problems.push({ file: manifestFile, ...place });
  return readManifest(paths)(new Spot(yaml.root, '', yaml.root.line, tell));
}

/** No manifest is that large; what is larger is not even read. */
const manifestBytesMax = 1024 * 1024;
/** The built-in runner reads a file whole, as its parser does. */
const sqlFileBytesMax = 64 * 1024 * 1024;

const sizeOf = ({ entries }: BundleFiles, path: string): number =>
  entries.find((entry) => entry.path === path)?.sizeBytes ?? 0;

function sqlFilesOf({ phases, rollback }: Manifest): readonly string[] {
  const runs = [...phases, ...(rollback === undefined ? [] : [rollback])].map((phase) => phase.run);
  return [...new Set(runs.flatMap((run) => (run.kind === 'sql' ? run.files : [])))];
}

/** Those of production, without the constants that may stand in them: a value of a row is nobody's business. */
function queriesOf(statements: readonly SourceStatement[], problems: ProblemPlace[]): readonly string[] {
  const beyond = statements[queriesMax];
  if (beyond !== undefined) {
    const message = `The files of \`queries\` hold more than ${queriesMax} statements. ${keepTheMost}`;
    problems.push({ file: beyond.file, line: beyond.line, key: 'queries', message });
    return [];
  }
  return [...new Set(statements.map(({ sql }) => normalizeSql(sql)))];
}

/** More than any production has shapes; each is parsed once. */
const queriesMax = 20_000;
const loadWithCopy = 'Give the phase a `command` that loads the rows with COPY.';
const keepTheMost = 'Keep the queries that production runs most.';

async function statementsOf(
  paths: readonly string[],
  files: BundleFiles,
  links: BundlePaths,
  { problems, tooLarge }: { readonly problems: ProblemPlace[]; readonly tooLarge: string },
): Promise<readonly SourceStatement[]> {
  const statements: SourceStatement[] = [];
  for (const file of paths) {
    if (sizeOf(files, links.real(file)) > sqlFileBytesMax) {
      const message = `The file is larger than ${sqlFileBytesMax / 1024 ** 2} MiB. ${tooLarge}`;
      problems.push({ file, message });
      continue;
    }
    const text = await files.readText(file);
    const problem = text === null ? { message: 'The file is no UTF-8 text. Save it as UTF-8.' } : nulIn(text);
    if (problem !== null) problems.push({ file, ...problem });
    else if (text !== null)
      for (const statement of splitSql(file, withoutByteOrderMark(text))) statements.push(statement);
  }
  return statements;
}

/** PostgreSQL takes no NUL, and its protocol ends a statement there, so that what follows would be lost. */
function nulIn(text: string): ProblemPlace | null {
  const at = text.indexOf('\0');
  if (at < 0) return null;
  const line = text.slice(0, at).split('\n').length;
  return { line, message: 'The file holds a NUL, which PostgreSQL cannot take. Save it as UTF-8 text without it.' };
}

function appDigestsOf({ apps }: Manifest, files: BundleFiles, paths: BundlePaths): Bundle['appDigests'] {
  if (apps === 'none') return { previous: null, next: null };
  const digest = (dir: string) => bundleDigest(files.entries, paths.real(dir));
  return { previous: digest(apps.previous.dir), next: digest(apps.next.dir) };
}

/** As a reader goes through the manifest; places without a line come last. */
function inFileOrder(problems: readonly ProblemPlace[]): readonly ProblemPlace[] {
  const line = (place: ProblemPlace): number => place.line ?? Number.POSITIVE_INFINITY;
  return problems.toSorted((a, b) => (line(a) === line(b) ? 0 : line(a) - line(b)));
}
