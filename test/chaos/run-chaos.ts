import { seededRandom } from '../../workers/load/seeded-random.ts';
import { programsOf } from '../support/programs-of.ts';
import { startClients } from './clients.ts';
import { lookAfterwards } from './look-afterwards.ts';
import { drawMoments, sayMoment, strike } from './moments.ts';
import { type Backend, setStage, untilWell } from './stage.ts';

export interface ChaosOptions {
  readonly backend: Backend;
  readonly seed: number;
  readonly durationMs: number;
  readonly strikes: number;
  /** How long a worker is stopped, or cut off: longer than its heartbeat (3 s) and than the lock of its job (5 s). */
  readonly pausedMs: number;
  /** What is to be done afterwards bounds how long it takes. */
  readonly bundlesMax: number;
  /** Hears what happens when, before it does. */
  readonly says: (sentence: string) => void;
}

export interface Chaos {
  readonly submitted: number;
  readonly allowed: number;
  /** Empty: everything that anybody was told is true. */
  readonly broken: readonly string[];
}

/** Strikes a working service at the moments that the seed draws, and then looks what became of what it promised. */
export async function runChaos(options: ChaosOptions): Promise<Chaos> {
  const { backend, seed, durationMs, strikes, bundlesMax, says } = options;
  let dir = '';
  let chaos: Chaos;
  {
    await using stage = await setStage(backend, options.pausedMs);
    dir = stage.dir;
    const moments = drawMoments(seededRandom(seed, 1), stage.parts, durationMs, strikes);
    says(`seed ${seed}, queue on ${backend}: ${moments.map(sayMoment).join(', ')}`);
    const clients = startClients(stage, seededRandom(seed, 2), bundlesMax);
    await clients.letThrough();
    await strike(moments);
    const told = await clients.stop();
    await untilWell(stage);
    const broken = [...(await lookAfterwards(stage, told)), ...stage.fallen()];
    chaos = { submitted: told.accepted.size, allowed: told.allowed.size, broken };
    says(
      `${told.accepted.size} rehearsals, ${told.allowed.size} let through, ${told.refusals} answers failed meanwhile`,
    );
  }
  const left = (await programsOf(dir)).map(({ pid, command }) => `left running: ${pid} ${command}`);
  return { ...chaos, broken: [...chaos.broken, ...left] };
}
