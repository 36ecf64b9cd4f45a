import { useState } from 'react';
import { lockModes } from '../../../../../shared/domain/lock.ts';
import type { ReportAttempt } from '../../../../../shared/domain/report.ts';
import { lockWords } from '../../../../../shared/report/phrases.ts';
import { excerpt, formatMs } from '../../../../../shared/report/words.ts';
import { Lane, LockBars, StatementBars } from './bars.tsx';
import { FaultLane } from './fault-lane.tsx';
import type { LockLane, RunReading, StatementBar } from './read-run.ts';
import { RecordedLanes } from './recorded-lanes.tsx';
import { overlaps, type TimeScale, timeScale } from './time-scale.ts';

const lanesMax = 6;

interface RunLanesProps {
  readonly reading: RunReading;
  /** The quiet run, from the same zero. */
  readonly beside: RunReading | undefined;
  readonly scale: TimeScale;
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

export function RunLanes({ reading, beside, scale, chosen, choose }: RunLanesProps) {
  const [all, setAll] = useState(false);
  const { attempts, locks } = reading;
  const here = locks.filter(({ bars }) => bars.some((bar) => overlaps(bar, scale)));
  const shown = all ? here : here.slice(0, lanesMax);
  return (
    <>
      {attempts.map(({ attempt, bars }) =>
        isElsewhere(bars, scale) ? (
          <p className="lane lane-label soft" key={`${attempt.phase} ${attempt.attempt}`}>
            {attemptWords(attempt)}: not in this stretch of time
          </p>
        ) : (
          <Lane
            key={`${attempt.phase} ${attempt.attempt}`}
            label={<AttemptLabel attempt={attempt} bars={bars} />}
            scale={scale}
          >
            <StatementBars bars={bars} scale={scale} chosen={chosen} choose={choose} />
          </Lane>
        ),
      )}
      {beside !== undefined && <Beside reading={beside} scale={shifted(scale, reading, beside)} />}
      <FaultLane reading={reading} scale={scale} />
      {shown.map((lane) => (
        <Lane key={lane.relation} label={lockLabel(lane)} scale={scale}>
          <LockBars lane={lane} scale={scale} choose={choose} />
        </Lane>
      ))}
      {here.length > shown.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          Show {here.length - shown.length} more tables
        </button>
      )}
      <RecordedLanes reading={reading} scale={scale} />
    </>
  );
}

function Beside({ reading, scale }: { readonly reading: RunReading; readonly scale: TimeScale }) {
  return reading.attempts.map(({ attempt, bars }) => (
    <Lane
      key={`${attempt.phase} ${attempt.attempt}`}
      label={`${excerpt(attempt.phase, 60)} in the quiet run: ${formatMs(attempt.durationMs)} in all`}
      scale={scale}
    >
      <StatementBars bars={bars} scale={scale} chosen={undefined} choose={() => undefined} />
    </Lane>
  ));
}

/** The other run's clock laid over this one's, so that both migrations begin at the same place. */
function shifted({ fromMs, toMs, widthPx }: TimeScale, reading: RunReading, other: RunReading): TimeScale {
  const byMs = other.originMs - reading.originMs;
  return timeScale({ fromMs: fromMs + byMs, toMs: toMs + byMs }, widthPx);
}

const isElsewhere = (bars: readonly StatementBar[], scale: TimeScale): boolean =>
  bars.length > 0 && !bars.some((bar) => overlaps(bar, scale));

const attemptWords = ({ phase, attempt }: ReportAttempt): string =>
  `Statements of ${excerpt(phase, 60)}${attempt > 1 ? `, start ${attempt}` : ''}`;

function AttemptLabel({ attempt, bars }: RunReading['attempts'][number]) {
  const refused = bars.filter(({ statement }) => statement.sqlstate !== undefined).length;
  return (
    <>
      {attemptWords(attempt)}
      <span className="keys soft">
        <span className="key works" /> works <span className="key waits" /> waits
        {refused > 0 && (
          <>
            {' '}
            <span className="ink-fail">✕</span> refused
          </>
        )}
      </span>
    </>
  );
}

/** What its strongest lock means for everybody else. */
function lockLabel({ relation, bars }: LockLane) {
  const mode = bars.reduce<(typeof bars)[number] | undefined>(
    (most, bar) => (most === undefined || lockModes.indexOf(bar.mode) > lockModes.indexOf(most.mode) ? bar : most),
    undefined,
  )?.mode;
  const words = mode === undefined ? relation : lockWords(mode, excerpt(relation, 80));
  return (
    <>
      Lock that {words}
      <span className="keys soft">
        <span className={`key requested ${mode === 'AccessExclusiveLock' ? 'all' : 'writes'}`} /> asked for{' '}
        <span className={`key held ${mode === 'AccessExclusiveLock' ? 'all' : 'writes'}`} /> held
      </span>
    </>
  );
}
