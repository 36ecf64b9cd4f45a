import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePages } from '../setup/pages.mjs';
import { addLayer, contentLabelOf, importImage } from './engine.ts';
import { type Recipe, recipes } from './recipes.ts';

/**
 * `node infra/images/build.ts [names]`: makes local images for machines without a registry, from this machine's own
 * files and the packages of this checkout. An image whose content label is still right is left alone.
 */
export async function buildImages(names: readonly string[], say: (line: string) => void): Promise<void> {
  const known = recipes();
  const unknown = names.filter((name) => !known.some((recipe) => recipe.name === name));
  if (unknown.length > 0) {
    throw new Error(`no recipe for ${unknown.join(', ')}; there are ${known.map(({ name }) => name).join(', ')}`);
  }
  const isWanted = ({ name, testsOnly }: Recipe) => (names.length === 0 ? testsOnly !== true : names.includes(name));
  const wanted = known.filter(isWanted);
  const needed = new Set(wanted.flatMap((recipe) => [recipe, ...standsOn(recipe, known)]));
  if ([...needed].some(({ name }) => name === 'rehearsal/service') && !ensurePages()) {
    throw new Error('the service has no pages: they could not be built');
  }
  // In the order of the list, in which each comes after what it stands on.
  for (const recipe of known.filter((one) => needed.has(one))) {
    const startedAtMs = performance.now();
    const made = await buildUnlessThere(recipe);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    say(`${recipe.name} ${made ? 'built' : 'is up to date'} ${seconds} s`);
  }
}

function standsOn(recipe: Recipe, known: readonly Recipe[]): Recipe[] {
  const below = known.find(({ name }) => name === recipe.from);
  return below === undefined ? [] : [below, ...standsOn(below, known)];
}

async function buildUnlessThere(recipe: Recipe): Promise<boolean> {
  const label = await contentOf(recipe);
  if ((await contentLabelOf(recipe.name)) === label) return false;
  const root = await mkdtemp(join(tmpdir(), 'rehearsal-image-'));
  // Not for its owner alone: whatever user a container runs as passes through it.
  await chmod(root, 0o755);
  try {
    const changes = [...recipe.config, `LABEL rehearsal.content=${label}`];
    await recipe.lay(root);
    if (recipe.from === undefined) await importImage(root, recipe.name, changes);
    else await addLayer(root, recipe.from, recipe.name, changes);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return true;
}

async function contentOf(recipe: Recipe): Promise<string> {
  const below = recipe.from === undefined ? '' : await contentLabelOf(recipe.from);
  // How it is laid is part of what it is.
  const how = await Promise.all(
    ['recipes.ts', 'root-tree.ts'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const parts = [recipe.config, how, below, await recipe.fingerprint()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

if (import.meta.main) {
  await buildImages(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
}
