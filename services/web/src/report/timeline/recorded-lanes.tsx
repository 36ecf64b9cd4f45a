import { memo } from 'react';
import { excerpt, formatBytes, formatMs } from '../../../../../shared/report/words.ts';
import { CurveLane } from './curve-lane.tsx';
import { FailureLanes } from './failure-lanes.tsx';
import { LatencyLane } from './latency-lane.tsx';
import { QueueLanes } from './queue-lanes.tsx';
import type { RunReading } from './read-run.ts';
import { seriesSpan } from './run-spans.ts';
import { overlaps, type TimeScale } from './time-scale.ts';
import { TrafficLane } from './traffic-lane.tsx';
import { WalLane } from './wal-lane.tsx';

interface RecordedLanesProps {
  readonly reading: RunReading;
  readonly scale: TimeScale;
}

/**
 * What was recorded beside the statements; a report from before something was recorded has no lane for it. Which
 * statement is chosen does not matter here.
 */
export const RecordedLanes = memo(({ reading, scale }: RecordedLanesProps) => {
  const { run, attempts } = reading;
  const { load, standby } = run;
  return (
    <>
      <QueueLanes reading={reading} scale={scale} />
      {load !== undefined && load.latencyMap === undefined && <TrafficLane load={load} scale={scale} />}
      {load?.latencyMap !== undefined && (
        <>
          <LatencyLane map={load.latencyMap} scale={scale} />
          <FailureLanes map={load.latencyMap} scale={scale} />
        </>
      )}
      <WalLane reading={reading} scale={scale} />
      {standby?.lag !== undefined && (
        <>
          <CurveLane
            label="Standby: how far it is behind, in time"
            curve={standby.lag.ms}
            scale={scale}
            format={formatMs}
          />
          <CurveLane
            label="Standby: what it has not replayed yet"
            curve={standby.lag.bytes}
            scale={scale}
            format={formatBytes}
          />
        </>
      )}
      {attempts.map(({ attempt }) => {
        const { memory, memoryLimitBytes } = attempt;
        if (memory === undefined || !overlaps(seriesSpan(memory), scale)) return null;
        return (
          <CurveLane
            key={`${attempt.phase} ${attempt.attempt}`}
            label={`Memory of ${excerpt(attempt.phase, 60)}${attempt.attempt > 1 ? `, start ${attempt.attempt}` : ''}${
              attempt.oomKilled ? ': killed for it' : ''
            }`}
            curve={memory}
            scale={scale}
            format={formatBytes}
            {...(memoryLimitBytes === undefined ? {} : { limit: memoryLimitBytes })}
          />
        );
      })}
    </>
  );
});
