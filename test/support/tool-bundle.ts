import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { completeBundle } from '../../infra/setup/complete-bundle.mjs';
import { checkout } from './cli.ts';
import { type Directory, temporaryDirectory } from './vendor.ts';

const tools = join(checkout, 'test/tools');

/**
 * The shop, whose migrations are left to `tool`: two small versions of it, what is of `path` (`knex/safe`) on top of
 * them, and the modules that its package.json names, from those that are installed for the tests alone.
 */
export async function toolBundle(path: string): Promise<Directory> {
  await using parts = await temporaryDirectory();
  const composed = join(parts.dir, 'bundle');
  await mkdir(composed);
  for (const part of ['shop', path]) await cp(join(tools, part), composed, { recursive: true });
  const bundle = await temporaryDirectory();
  try {
    await completeBundle(composed, bundle.dir, join(tools, 'packages'));
    return bundle;
  } catch (error) {
    await rm(bundle.dir, { recursive: true, force: true });
    throw error;
  }
}
