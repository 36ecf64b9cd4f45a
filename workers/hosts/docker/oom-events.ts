import type { Readable } from 'node:stream';
import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { Engine } from './engine.ts';
import { cloneLabel } from './labels.ts';

/**
 * The kernel's kills for memory in a clone's containers: the engine tells them as events, and only some of them when
 * asked.
 */
export interface OomEvents extends Disposable {
  count(container: string): number;
  /**
   * True as soon as there was one, false where none came in time: the event may come a moment after the end that it
   * caused.
   */
  within(container: string, waitMs: number): Promise<boolean>;
}

export async function listenForOom(engine: Engine, cloneId: string, clock: Clock): Promise<OomEvents> {
  const filters = JSON.stringify({ type: ['container'], event: ['oom'], label: [`${cloneLabel}=${cloneId}`] });
  const stream = (await engine.docker.getEvents({ filters })) as Readable;
  const counts = new Map<string, number>();
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const id of lines.flatMap(containerOf)) counts.set(id, (counts.get(id) ?? 0) + 1);
  });
  // An engine that went away ends every clone; whoever asks it next says so.
  stream.on('error', () => stream.destroy());
  const count = (container: string): number => counts.get(container) ?? 0;
  return {
    count,
    async within(container, waitMs) {
      const deadline = clock.now() + waitMs;
      while (count(container) === 0 && clock.now() < deadline) await clock.wait(10);
      return count(container) > 0;
    },
    [Symbol.dispose]: () => stream.destroy(),
  };
}

function containerOf(line: string): string[] {
  if (line.trim() === '') return [];
  const event = JSON.parse(line) as { readonly Actor?: { readonly ID?: string } };
  return event.Actor?.ID === undefined ? [] : [event.Actor.ID];
}
