import { parentPort, workerData } from 'node:worker_threads';
import { OpenLoop } from './open-loop.ts';
import type { TrafficPlan } from './traffic-plan.ts';
import type { TrafficNews, TrafficOrder } from './traffic-record.ts';

/**
 * The generator's own thread: whatever the worker is busy with, arrivals keep their time. The process-wide monotonic
 * clock and an offset from the main thread give the run's time on both sides.
 */
const { plan, runStartsAtMs } = workerData as { readonly plan: TrafficPlan; readonly runStartsAtMs: number };
const port = parentPort;
if (port === null) throw new Error('this module is the start of a worker thread');

const now = (): number => Number(process.hrtime.bigint()) / 1e6 - runStartsAtMs;
const tell = (news: TrafficNews): void => port.postMessage(news);
const loop = new OpenLoop(plan, now);

port.on('message', (order: TrafficOrder) => {
  if (order.order === 'versions') loop.versions = order.versions;
  else void loop.stop(order.drainMs).then((recording) => tell({ news: 'recording', recording }));
});

try {
  await loop.start();
  tell({ news: 'ready' });
} catch (error) {
  tell({ news: 'unreachable', message: error instanceof Error ? error.message : String(error) });
}
