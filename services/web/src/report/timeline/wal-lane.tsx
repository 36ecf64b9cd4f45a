import { formatBytes } from '../../../../../shared/report/words.ts';
import { CurveLane } from './curve-lane.tsx';
import type { RunReading } from './read-run.ts';
import { overlaps, type TimeScale } from './time-scale.ts';
import { walCurve } from './wal-written.ts';

interface WalLaneProps {
  readonly reading: RunReading;
  readonly scale: TimeScale;
}

/** How much WAL was written during the statements that have ended: the server counts what traffic writes meanwhile, too. */
export function WalLane({ reading, scale }: WalLaneProps) {
  const curve = walCurve(reading);
  if (curve === undefined || !overlaps({ fromMs: curve.fromMs, toMs: scale.toMs }, scale)) return null;
  const label = `WAL written during its statements so far${reading.run.load === undefined ? '' : ', by traffic too'}`;
  return <CurveLane label={label} curve={curve} scale={scale} format={formatBytes} />;
}
