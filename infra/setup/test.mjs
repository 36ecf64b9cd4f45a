import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, environment, root } from './install.mjs';
import { lookAround } from './left-behind.mjs';
import { ensureMachine } from './machine.mjs';
import { ensurePages } from './pages.mjs';

/** `npm test`: sets up, runs every stage, prints what each took. `npm test -- unit lab` runs only those stages. */
const stages = [
  { name: 'types, lint, imports', key: 'check', run: () => tool('npm', ['run', '-s', 'check']) },
  { name: 'unit', key: 'unit', run: () => vitest('unit', []) },
  { name: 'lab', key: 'lab', run: () => vitest('lab', sideBySide) },
  { name: 'contract', key: 'contract', run: () => vitest('contract', inPairs) },
  { name: 'incidents', key: 'incidents', run: () => vitest('incidents') },
  { name: 'known answers', key: 'known-answers', run: () => vitest('known-answers') },
  { name: 'tools', key: 'tools', run: () => vitest('tools', threeAtOnce) },
  { name: 'browser', key: 'browser', run: () => vitest('browser', inPairs) },
  {
    name: 'nothing left behind',
    key: 'left',
    run: nothingLeft,
  },
];
/** Whole rehearsals go by vitest.config.ts, so many at once: what must be alone on the machine takes turns. */
const oneByOne = ['--no-file-parallelism'];
/** Few of their runs must be alone on the machine: where one waits for its tool to start, others go on. */
const threeAtOnce = [...oneByOne, '--maxConcurrency=3'];
/** Rehearsals as a stranger starts them: each of them uses the whole machine by itself. */
const inPairs = ['--maxWorkers=2'];
/** States and orders, never milliseconds; most of them wait for a server most of the time. */
const sideBySide = ['--maxWorkers=3'];
const counted = { passed: 0, failed: 0, skipped: 0, todo: 0 };
const scratch = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
const began = Date.now();
const lines = [];
let machine;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((key) => !stages.some((stage) => stage.key === key));
if (unknown.length > 0) {
  process.stderr.write(`no stage ${unknown.join(', ')}; there are ${stages.map((stage) => stage.key).join(', ')}\n`);
  process.exit(2);
}

timed('set-up', () => {
  ensurePackages();
  machine = ensureMachine({ install: process.env.CI === 'true' || process.env.REHEARSAL_INSTALL === '1' });
  return ensurePages() && machine.ok;
});
const before = lookAround();
try {
  for (const stage of stages) {
    if (wanted.length === 0 || wanted.includes(stage.key)) timed(stage.name, stage.run);
  }
} finally {
  machine.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`\n${lines.join('\n')}\ntotal ${seconds(began)}\n`);
for (const lack of machine.lacks) process.stdout.write(`skipped: what needs ${lack}\n`);
if (counted.todo > 0) process.stdout.write(`pending, not counted as passed: ${counted.todo}\n`);
process.stdout.write(`${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped\n`);
process.exitCode = lines.some((line) => line.startsWith('FAILED')) ? 1 : 0;

function timed(name, run) {
  process.stdout.write(`\n== ${name}\n`);
  const start = Date.now();
  const ok = run();
  lines.push(`${ok ? 'ok    ' : 'FAILED'} ${seconds(start).padStart(7)}  ${name}`);
  process.stdout.write(`${lines.at(-1)}\n`);
}

function nothingLeft() {
  const left = [...lookAround()].filter((thing) => !before.has(thing));
  for (const thing of left) process.stdout.write(`left behind: ${thing}\n`);
  return left.length === 0;
}

function seconds(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

function tool(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: ['ignore', 1, 2], env: environment }).status === 0;
}

/** One vitest project; its counts are read from its JSON report. A stage in which nothing passed (none found, all skipped) is a failure. */
function vitest(project, lanes = oneByOne) {
  const report = join(scratch, `${project}.json`);
  const ok = tool(join(root, 'node_modules', '.bin', 'vitest'), [
    'run',
    '--project',
    project,
    ...lanes,
    `--reporter=${project === 'unit' ? 'default' : 'verbose'}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counted.passed += result.numPassedTests;
    counted.failed += result.numFailedTests;
    counted.skipped += result.numPendingTests;
    counted.todo += result.numTodoTests;
    return ok && result.numPassedTests > 0;
  } catch (error) {
    process.stderr.write(`no result of ${project}: ${error.message}\n`);
    counted.failed += 1;
    return false;
  }
}
