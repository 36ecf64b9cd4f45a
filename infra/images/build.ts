import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentLabelOf, importImage } from './engine.ts';
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
  for (const recipe of names.length === 0 ? known : known.filter(({ name }) => names.includes(name))) {
    const startedAtMs = performance.now();
    const made = await buildUnlessThere(recipe);
    say(
      `${recipe.name} ${made ? 'built' : 'is up to date'} ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`,
    );
  }
}

async function buildUnlessThere(recipe: Recipe): Promise<boolean> {
  const content = createHash('sha256');
  content.update(JSON.stringify([recipe.config, recipe.programs]));
  content.update(await recipe.fingerprint());
  const label = content.digest('hex');
  if ((await contentLabelOf(recipe.name)) === label) return false;
  const root = await mkdtemp(join(tmpdir(), 'rehearsal-image-'));
  try {
    await layMinimalRoot(root, recipe.programs);
    await recipe.lay(root);
    await importImage(root, recipe.name, [...recipe.config, `LABEL rehearsal.content=${label}`]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return true;
}

if (import.meta.main) {
  await buildImages(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
}
