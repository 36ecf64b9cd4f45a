import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build, type InlineConfig } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { style } from '../../shared/report/html/style.ts';
import { sealShell } from './seal-shell.ts';

/** `node services/web/build.ts DIR`: the built report page and the pages of the service, with their assets. */
const [wanted] = process.argv.slice(2);
if (wanted === undefined) throw new Error('say where to: node services/web/build.ts DIR');
const outDir = resolve(wanted);

const common: InlineConfig = {
  root: import.meta.dirname,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
};
const output = { outDir, emptyOutDir: false, target: 'es2023', modulePreload: false as const };

await mkdir(outDir, { recursive: true });
// A report is one file that opens from a disk: all of its script and style is inside.
await build({
  ...common,
  plugins: [react(), viteSingleFile({ removeViteModuleLoader: true })],
  build: { ...output, rolldownOptions: { input: join(import.meta.dirname, 'report.html') } },
});
// The service's pages are served with a policy of 'self': nothing inline, names that change with their content.
await build({
  ...common,
  plugins: [react()],
  build: { ...output, assetsInlineLimit: 0, rolldownOptions: { input: join(import.meta.dirname, 'service.html') } },
});
const shell = join(outDir, 'report.html');
await writeFile(shell, sealShell(await readFile(shell, 'utf8'), [style]));
