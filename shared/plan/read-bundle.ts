import type { Bundle, Manifest, SourceStatement } from '../domain/bundle.ts';
import type { ProblemPlace } from '../domain/problem.ts';
import { bundleDigest } from './bundle-digest.ts';
import type { BundleFiles } from './bundle-files.ts';
import { invalidBundle } from './invalid-bundle.ts';
import { BundlePaths } from './manifest/bundle-paths.ts';
import { manifest as readManifest } from './manifest/read-manifest.ts';
import { Spot } from './manifest/spot.ts';
import { readYaml } from './manifest/yaml-tree.ts';
import { notTestedOf } from './not-tested.ts';
import { splitSql } from './split-sql.ts';

export const manifestFile = 'rehearsal.yaml';

/** Reads and checks a whole bundle. Throws RehearsalError `invalid-bundle` with every problem at once. */
export async function readBundle(files: BundleFiles): Promise<Bundle> {
  const paths = new BundlePaths(files);
  const problems: ProblemPlace[] = [];
  const manifest = await manifestOf(files, paths, problems);
  const statements = manifest === null ? [] : await statementsOf(manifest, files, problems);
  if (manifest === null || problems.length > 0) throw invalidBundle(inFileOrder(problems));
  return {
    digest: bundleDigest(files.entries),
    manifest,
    files: files.entries.map(({ path, kind, sizeBytes }) => ({ path, kind, sizeBytes })),
    statements,
    notTested: notTestedOf(manifest),
    appDigests: appDigestsOf(manifest, files, paths),
  };
}

async function manifestOf(files: BundleFiles, paths: BundlePaths, problems: ProblemPlace[]): Promise<Manifest | null> {
  if (!files.entries.some(({ path }) => path === manifestFile)) {
    problems.push({ file: manifestFile, message: `There is no ${manifestFile} at the root of the bundle.` });
    return null;
  }
  const text = await files.readText(manifestFile);
  if (text === null) {
    problems.push({ file: manifestFile, message: 'The manifest is no UTF-8 text.' });
    return null;
  }
  const yaml = readYaml(manifestFile, text);
  problems.push(...yaml.problems);
  if (yaml.root === null) return null;
  const tell = (place: ProblemPlace): number => problems.push({ file: manifestFile, ...place });
  return readManifest(paths)(new Spot(yaml.root, '', yaml.root.line, tell));
}

async function statementsOf(
  { phases, rollback }: Manifest,
  files: BundleFiles,
  problems: ProblemPlace[],
): Promise<readonly SourceStatement[]> {
  const runs = [...phases, ...(rollback === undefined ? [] : [rollback])].map((phase) => phase.run);
  const paths = new Set(runs.flatMap((run) => (run.kind === 'sql' ? run.files : [])));
  const statements: SourceStatement[] = [];
  for (const path of paths) {
    const text = await files.readText(path);
    if (text === null) problems.push({ file: path, message: 'The file is no UTF-8 text.' });
    else for (const statement of splitSql(path, text)) statements.push(statement);
  }
  return statements;
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
