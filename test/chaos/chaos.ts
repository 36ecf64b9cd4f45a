/**
 * `npm run chaos -- --seed 1 --rounds 3 --seconds 90 --paused 60 --queue redis|postgres`: kills and stops the parts of
 * a working service, cuts its network, fills its disks and sets its clocks at random moments, round by round with the
 * next seed; ends with 1 where a promise was broken. Disks take root, clocks Debian's libfaketime.
 */
import { parseArgs } from 'node:util';
import { runChaos } from './run-chaos.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '90' },
    paused: { type: 'string', default: '60' },
    queue: { type: 'string', default: 'redis' },
  },
});
if (values.queue !== 'redis' && values.queue !== 'postgres') throw new Error('--queue takes redis or postgres');
const durationMs = Number(values.seconds) * 1000;
/** Each is over before the next one, most of the time. */
const strikes = Math.max(5, Math.round(Number(values.seconds) / 3));
const says = (sentence: string) => void process.stdout.write(`${sentence}\n`);

for (let round = 0; round < Number(values.rounds); round += 1) {
  const seed = Number(values.seed) + round;
  const many = { strikes, bundlesMax: 200, pausedMs: Number(values.paused) * 1000 };
  const { broken } = await runChaos({ backend: values.queue, seed, durationMs, ...many, says });
  for (const sentence of broken) says(`broken: ${sentence}`);
  if (broken.length > 0) process.exitCode = 1;
}
