import { queueWords } from '../../../../../shared/report/phrases.ts';
import { counted, excerpt, formatMs } from '../../../../../shared/report/words.ts';
import { CurveLane } from './curve-lane.tsx';
import type { RunReading } from './read-run.ts';
import { seriesSpan } from './run-spans.ts';
import { overlaps, type TimeScale } from './time-scale.ts';

interface QueueLanesProps {
  readonly reading: RunReading;
  readonly scale: TimeScale;
}

/** Who waits behind whom: a lane for each, as high as the queue is long. */
export function QueueLanes({ reading, scale }: QueueLanesProps) {
  return (reading.run.queues ?? [])
    .filter(({ atOnce }) => overlaps(seriesSpan(atOnce), scale))
    .map((queue) => (
      <CurveLane
        key={queueWords(queue)}
        label={`Queue: ${excerpt(queueWords(queue), 200)}, ${formatMs(queue.longestMs)} at most`}
        curve={queue.atOnce}
        scale={scale}
        format={(waiting) => counted(waiting, 'session')}
        className="queue"
        heightPx={30}
      />
    ));
}
