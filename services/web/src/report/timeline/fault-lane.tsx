import { faultWords } from '../../../../../shared/report/phrases.ts';
import { excerpt, formatMs } from '../../../../../shared/report/words.ts';
import { box, Lane } from './bars.tsx';
import type { RunReading } from './read-run.ts';
import { overlaps, type Span, type TimeScale } from './time-scale.ts';

interface FaultLaneProps {
  readonly reading: RunReading;
  readonly scale: TimeScale;
}

/** What is done to the run: as long as another session holds its lock, or the moment at which something is ended. */
export function FaultLane({ reading, scale }: FaultLaneProps) {
  const { fault } = reading.run;
  const span = faultSpan(reading);
  if (fault === undefined || span === undefined || !overlaps(span, scale)) return null;
  const isHeld = fault.kind === 'lock';
  return (
    <Lane
      label={
        <>
          What is done to it: {excerpt(faultWords(fault), 200)}
          {isHeld && <span className="keys soft">for {formatMs(span.toMs - span.fromMs)}</span>}
        </>
      }
      scale={scale}
    >
      <rect className={`fault ${isHeld ? 'held' : 'moment'}`} {...box(span, scale)} />
    </Lane>
  );
}

/** Where nobody noted since when a lock was held, and where a statement never came, there is no place for it. */
function faultSpan({ run: { fault }, attempts }: RunReading): Span | undefined {
  if (fault === undefined) return undefined;
  const { heldFromMs, heldMs, phase, ordinal, moment } = fault;
  if (fault.kind === 'lock') {
    return heldFromMs === undefined || heldMs === undefined
      ? undefined
      : { fromMs: heldFromMs, toMs: heldFromMs + heldMs };
  }
  const bar = attempts
    .find(({ attempt }) => attempt.phase === phase)
    ?.bars.find(({ statement }) => statement.ordinal === ordinal);
  if (bar === undefined) return undefined;
  const at = { before: bar.fromMs, during: (bar.fromMs + bar.toMs) / 2, after: bar.toMs }[moment];
  return { fromMs: at, toMs: at };
}
