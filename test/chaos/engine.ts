/**
 * `node test/chaos/engine.ts --seed 1 --strikes 3 --down 4`: a whole service on the docker host rehearses what is right
 * and what loses rows, while the daemon of the engine is killed at seeded moments and started again so many seconds
 * later; ends with 1 where a promise was broken. It starts an engine of its own, so none may answer yet.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { engineVersion, ensureDocker, startDaemon } from '../../infra/setup/docker.mjs';
import { lookAround } from '../../infra/setup/left-behind.mjs';
import { type Service, serve } from '../../services/serve.ts';
import { randomInteger, seededRandom } from '../../workers/load/seeded-random.ts';
import { eventually } from '../lab/service/parts.ts';
import { makeBundle } from '../lab/service/service.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    strikes: { type: 'string', default: '3' },
    down: { type: 'string', default: '4' },
  },
});
const says = (sentence: string) => void process.stdout.write(`${sentence}\n`);
/** Both rehearsals are at work for about as long. */
const strikesWithinMs = 60_000;
const judgedWithinMs = 900_000;
/** Orphans are looked for every half minute. */
const sweptWithinMs = 120_000;
const env = { PATH: process.env.PATH, PORT: '0', REHEARSAL_HOST: 'docker', REHEARSAL_LOOP: 'off', LOG_LEVEL: 'error' };

if (engineVersion() !== undefined) throw new Error('an engine answers that others may need: stop it first');
const engine = ensureDocker({ install: true });
if (!engine.ok || engine.pid === undefined) throw new Error(engine.says);
let daemon = engine.pid;
let stop = engine.stop;
const dataRoot = await mkdtemp(join(tmpdir(), 'rehearsal-chaos-engine-'));
try {
  const before = lookAround();
  const left = () => [...lookAround()].filter((thing) => !before.has(thing));
  const broken = [...(await rehearsedMeanwhile())];
  says(`left when the service had ended: ${left().join(', ') || 'nothing'}`);
  broken.push(...(await swept(left)));
  for (const sentence of broken) says(`broken: ${sentence}`);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  stop?.();
  await rm(dataRoot, { recursive: true, force: true });
}

/** What could not be removed while the engine was away is removed by the next worker on this data root. */
async function swept(left: () => readonly string[]): Promise<readonly string[]> {
  {
    await using _service = await serve({ dataRoot, env });
    // The service itself is a process of ours, and its self-check has clones.
    const ofRuns = () => left().filter((thing) => /^(container|network|volume) /.test(thing));
    await eventually(async () => ofRuns().length === 0, sweptWithinMs).catch(() => undefined);
  }
  return left().map((thing) => `left behind: ${thing}`);
}

async function rehearsedMeanwhile(): Promise<readonly string[]> {
  await using service = await serve({ dataRoot, env });
  await eventually(async () => (await ask(service, '/readyz')).selfCheck === 'ok', judgedWithinMs);
  const right = await submit(service, '1.0.0', 'CREATE TABLE notes (id int PRIMARY KEY);\n');
  const wrong = await submit(service, '1.0.1', 'DELETE FROM alerts WHERE id > 5;\n');
  await strike();
  const verdictOf = (id: string) =>
    eventually(async () => {
      const { status, verdict } = await ask(service, `/v1/rehearsals/${id}`);
      return status === 'judged' || status === 'failed' ? (verdict ?? status) : undefined;
    }, judgedWithinMs);
  const [ofRight, ofWrong] = [await verdictOf(right), await verdictOf(wrong)];
  says(`what is right: ${ofRight}; what loses rows: ${ofWrong}`);
  // A run that the engine took down more often than it is tried is a gap, and a gap is never a pass.
  const isVacuous = ofRight === 'inconclusive' && ofWrong === 'inconclusive';
  return [
    ...(isVacuous ? ['nothing was judged, so that what was judged proves nothing'] : []),
    ...(['pass', 'inconclusive'].includes(String(ofRight)) ? [] : [`what is right was judged ${ofRight}`]),
    ...(['fail', 'inconclusive'].includes(String(ofWrong)) ? [] : [`what loses rows was judged ${ofWrong}`]),
  ];
}

async function strike(): Promise<void> {
  const random = seededRandom(Number(values.seed), 1);
  const moments = Array.from({ length: Number(values.strikes) }, () => randomInteger(random, 0, strikesWithinMs)).sort(
    (left, right) => left - right,
  );
  says(
    `seed ${values.seed}: the engine is killed after ${moments.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}`,
  );
  const begunMs = performance.now();
  for (const atMs of moments) {
    await delay(Math.max(0, atMs - (performance.now() - begunMs)));
    process.kill(daemon, 'SIGKILL');
    await delay(Number(values.down) * 1000);
    const started = startDaemon();
    if (engineVersion() === undefined) throw new Error(`the engine does not start again:\n${started.log()}`);
    daemon = started.pid;
    stop = started.stop;
  }
}

async function submit(service: Service, version: string, sql: string): Promise<string> {
  // What goes with the rows that somebody deletes is what nobody asked for.
  const seed = `CREATE TABLE alerts (id int PRIMARY KEY);
CREATE TABLE readings (id int PRIMARY KEY, alert int NOT NULL REFERENCES alerts ON DELETE CASCADE);
INSERT INTO alerts SELECT generate_series(1, 10);
INSERT INTO readings SELECT n, n FROM generate_series(1, 10) AS n;
`;
  const archive = await makeBundle(dataRoot, version, { 'seed.sql': seed, 'up.sql': sql });
  const headers = { authorization: `Bearer ${service.token}`, 'content-type': 'application/gzip' };
  const request = { method: 'POST', headers, body: new Uint8Array(archive) };
  const answer = await fetch(`${service.address}/v1/rehearsals`, request);
  if (answer.status !== 202) throw new Error(`a bundle was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { readonly id: string }).id;
}

async function ask(service: Service, path: string): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(`${service.address}${path}`, { headers: { authorization: `Bearer ${service.token}` } });
  return (await answer.json()) as Record<string, unknown>;
}
