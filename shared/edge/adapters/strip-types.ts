import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/**
 * A program: makes JavaScript of every TypeScript file below the directory that it is given. It is a process of its own
 * because Node warns whoever reads the errors of the process in which types are taken off.
 */
const [directory = ''] = process.argv.slice(2);
for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
  const path = join(entry.parentPath, entry.name);
  const script = stripTypeScriptTypes(await readFile(path, 'utf8'));
  await writeFile(path.replace(/\.ts$/, '.js'), script.replace(/(?<=(?: from |import\()'\.[^']*)\.ts(?=')/g, '.js'));
  await rm(path);
}
