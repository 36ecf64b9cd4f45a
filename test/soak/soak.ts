/**
 * `node test/soak/soak.ts --repeat N [--only slug,…] [--host process] [--shown] [--at-once N]`: rehearses every incident
 * and boring bundle N times. Verdict and blocking findings must hold N of N; ends with 1 on any difference.
 * `--shown` leaves out the scenarios in which an incident does not show, as `npm test` does.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Report } from '../../shared/domain/report.ts';
import { formatTable } from '../bench/format-table.ts';
import { checkout, rehearse } from '../support/cli.ts';
import { completedBundle } from '../support/vendor.ts';
import { heading, judgeRounds, type Round, roundOf, rowOf, type Soaked } from './judge-rounds.ts';

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    host: { type: 'string', default: 'process' },
    shown: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '1' },
  },
});
const repeat = Number(values.repeat);
if (!Number.isInteger(repeat) || repeat < 1) throw new Error('--repeat takes a whole number from 1 on');
const only = values.only.split(',').filter((slug) => slug !== '');

const soaked: Soaked[] = [];
const left = bundles().values();
/** Bundles go side by side, the rounds of one never do: they are compared with each other. */
const lane = async () => {
  for (const soak of left) soaked.push(await allRounds(soak));
};
await Promise.all(Array.from({ length: Number(values['at-once']) }, lane));
if (soaked.length === 0) throw new Error(`no bundle is called ${only.join(', ')}`);
process.stdout.write(`${formatTable([[...heading], ...soaked.map(rowOf)]).join('\n')}\n`);
for (const { bundle, difference } of soaked)
  if (difference !== undefined) process.stdout.write(`${bundle}: ${difference}\n`);
const differing = soaked.filter(({ difference }) => difference !== undefined).length;
process.stdout.write(`${soaked.length} bundles, ${repeat} times each on ${values.host}: ${differing} differ\n`);
process.exitCode = differing === 0 ? 0 : 1;

interface Soak {
  readonly bundle: string;
  readonly expected: Report['verdict'];
  /** Empty: all of them. */
  readonly scenarios: readonly string[];
}

/** The lists of the test stages: both twins of every incident and of its variant, and what must always pass. */
function bundles(): readonly Soak[] {
  const slugsOf = (room: string) =>
    readdirSync(join(checkout, 'test', room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && (only.length === 0 || only.includes(entry.name)))
      .map((entry) => join(room, entry.name));
  const incidents = slugsOf('incidents').flatMap((slug) =>
    [slug, join(slug, 'variant')].flatMap((pair) => [
      { bundle: join(pair, 'unsafe'), expected: 'fail' as const, scenarios: shownIn(slug) },
      { bundle: join(pair, 'safe'), expected: 'pass' as const, scenarios: shownIn(slug) },
    ]),
  );
  const boring = slugsOf('boring').map((bundle) => ({ bundle, expected: 'pass' as const, scenarios: [] }));
  return [...incidents, ...boring].filter(({ bundle }) => existsSync(join(checkout, 'test', bundle, 'rehearsal.yaml')));
}

function shownIn(slug: string): readonly string[] {
  if (!values.shown) return [];
  const { shows } = JSON.parse(readFileSync(join(checkout, 'test', slug, 'expected.json'), 'utf8'));
  return shows as readonly string[];
}

async function allRounds({ bundle, expected, scenarios }: Soak): Promise<Soaked> {
  const rounds: Round[] = [];
  await using completed = await completedBundle(join('test', bundle));
  for (let round = 1; round <= repeat; round += 1) {
    const made = await once(completed.dir, scenarios);
    rounds.push(made);
    process.stderr.write(`${bundle} ${round}/${repeat}: ${made.verdict} in ${made.seconds.toFixed(0)} s\n`);
  }
  return judgeRounds(bundle, rounds, expected);
}

async function once(dir: string, scenarios: readonly string[]): Promise<Round> {
  const startMs = performance.now();
  const narrowed = scenarios.length === 0 ? [] : ['--only', scenarios.join(',')];
  const args = ['run', dir, '--host', values.host, '--format', 'json', ...narrowed];
  const finished = await rehearse(args, { timeoutMs: 900_000 });
  const seconds = (performance.now() - startMs) / 1000;
  const parsed = JSON.parse(finished.stdout === '' ? '{}' : finished.stdout) as Partial<Report>;
  if (parsed.verdict === undefined)
    throw new Error(`no report (exit ${finished.code}):\n${finished.stderr}${finished.stdout}`);
  return roundOf(parsed as Report, seconds);
}
