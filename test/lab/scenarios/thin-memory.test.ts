import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../../shared/judge/judge.ts';
import { libraryBundle, withPg } from '../../support/contract-bundles.ts';
import { migration, openScenarioLab, type ScenarioLab } from './scenario-lab.ts';

let lab: ScenarioLab;
beforeAll(async () => {
  lab = await openScenarioLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const limitMiB = 400;

/**
 * Keeps what it reads, each row grown to 4 MiB, until it has so much memory of its own, as the system counts it: what
 * a Node takes by itself differs between machines, and of the files that it has mapped the kernel may take back what
 * it needs.
 */
const keepingUntil = (mebibytes: number) =>
  migration(`import { readFileSync } from 'node:fs';
const ownMiB = () => Number(/^RssAnon:\\s+(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
await client.query('BEGIN');
await client.query('CREATE TABLE copies (id integer PRIMARY KEY, title text)');
const kept = [];
while (ownMiB() < ${mebibytes}) {
  const { rows } = await client.query('SELECT title FROM books WHERE id = 1');
  kept.push(Buffer.alloc(4 * 1024 * 1024, rows[0].title));
}
// Where the limit is watched by us, what lasts for less than a look is not seen.
await client.query('INSERT INTO copies SELECT id, title FROM books, pg_sleep(0.3)');
await client.query('COMMIT');`);

async function judged(script: string) {
  const files = { 'package.json': withPg, 'migrate.js': script };
  const phase = { name: 'pre-deploy', command: ['node', 'migrate.js'], memory: `${limitMiB}MiB` };
  const bundle = await lab.bundle(libraryBundle({ migrate: [phase] }, files), ['control']);
  const evidence = await bundle.rehearse();
  const { findings, checks } = judge(evidence);
  const [control] = evidence.runs;
  return {
    attempt: control?.attempts[0],
    thin: findings.filter(({ check }) => check === 'thin-memory-margin'),
    killed: findings.filter(({ check }) => check === 'memory-exhaustion'),
    outcome: checks.find(({ id }) => id === 'thin-memory-margin')?.outcome,
  };
}

test('a command that nearly runs into its memory limit completes and is told', async () => {
  const { attempt, thin, killed, outcome } = await judged(keepingUntil(0.92 * limitMiB));
  expect(attempt, attempt?.outputTail.join('\n')).toMatchObject({ exitCode: 0, oomKilled: false });
  expect({ thin, outcome, killed }).toMatchObject({
    thin: [{ severity: 'warns', phase: 'pre-deploy' }],
    outcome: 'found',
    killed: [],
  });
});

test('one that does the same work in less is not', async () => {
  const { attempt, thin, outcome } = await judged(keepingUntil(0.5 * limitMiB));
  expect(attempt, attempt?.outputTail.join('\n')).toMatchObject({ exitCode: 0, oomKilled: false });
  expect(attempt?.memoryPeakBytes).toBeGreaterThan(0.5 * limitMiB * 1024 * 1024);
  expect({ thin, outcome }).toEqual({ thin: [], outcome: 'clear' });
});
