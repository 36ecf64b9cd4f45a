import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addLayer, contentLabelOf, importImage } from './engine.ts';
import { type Recipe, recipes } from './recipes.ts';
import { layMinimalRoot } from './root-tree.ts';

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
  const wanted = names.length === 0 ? known : known.filter(({ name }) => names.includes(name));
  for (const recipe of known.filter((recipe) => wanted.some(({ name, from }) => [name, from].includes(recipe.name)))) {
    const startedAtMs = performance.now();
    const made = await buildUnlessThere(recipe);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    say(`${recipe.name} ${made ? 'built' : 'is up to date'} ${seconds} s`);
  }
}

async function buildUnlessThere(recipe: Recipe): Promise<boolean> {
  const label = await contentOf(recipe);
  if ((await contentLabelOf(recipe.name)) === label) return false;
  const root = await mkdtemp(join(tmpdir(), 'rehearsal-image-'));
  // Not for its owner alone: whatever user a container runs as passes through it.
  await chmod(root, 0o755);
  try {
    const changes = [...recipe.config, `LABEL rehearsal.content=${label}`];
    if (recipe.from === undefined) await layMinimalRoot(root, recipe.programs);
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
  const parts = [recipe.config, recipe.programs, below, await recipe.fingerprint()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

if (import.meta.main) {
  await buildImages(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
}
