import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '../../shared/domain/observation.ts';
import { checkout } from '../support/cli.ts';
import { readOut, rehearsed } from '../support/rehearsed.ts';
import { lack } from '../support/require.ts';
import { toolBundle } from '../support/tool-bundle.ts';
import { type InterruptionRow, interruptionRows, renderInterruptions } from './interruption-rows.ts';

/**
 * Writes `infra/docs/interruptions.md`. Without arguments every bundle that this machine has the programs for; else those named:
 * `node test/tools/write-interruptions.ts knex/default sequelize/default`
 */
const named = process.argv.slice(2);
const rows: InterruptionRow[] = [];
const debianTools = lack('debian-tools');
if (debianTools !== undefined) process.stderr.write(`left out: those that need ${debianTools}\n`);
for (const path of named.length > 0 ? named : casesOfThisMachine()) {
  rows.push(...(await rowsOf(path)));
  const page = renderInterruptions(rows, new Date().toISOString().slice(0, 10));
  await writeFile(join(checkout, 'infra/docs/interruptions.md'), page);
}

async function rowsOf(path: string): Promise<readonly InterruptionRow[]> {
  process.stderr.write(`${path}\n`);
  await using bundle = await toolBundle(path);
  await using rehearsal = await rehearsed(bundle.dir, ['--host', 'process', '--only', 'control,interruption']);
  const evidence: Pick<Evidence, 'runs'> = JSON.parse(await readOut(rehearsal, 'evidence.json'));
  return interruptionRows(path.replace(/\/default$/, ''), evidence);
}

/** All that this machine has the programs for; where a test needs an image, the same programs do. */
function casesOfThisMachine(): readonly string[] {
  const directory = join(checkout, 'test/tools');
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['packages', 'shop'].includes(entry.name))
    .flatMap(({ name }) => {
      const text = readFileSync(join(directory, name, 'expected.json'), 'utf8');
      const cases: Record<string, { readonly needs?: object }> = JSON.parse(text);
      return Object.entries(cases)
        .filter(([, { needs }]) => needs === undefined || debianTools === undefined)
        .map(([bundle]) => `${name}/${bundle}`);
    });
}
