import type { LoadObservation, LoadSecond } from '../../../../../shared/domain/load.ts';
import { formatMs } from '../../../../../shared/report/words.ts';
import { gutterPx, Lane } from './bars.tsx';
import { seriesStepMs } from './run-spans.ts';
import type { TimeScale } from './time-scale.ts';

const heightPx = 132;
const plot = { top: 22, bottom: 126 } as const;
const latencyTicksMs = [1, 10, 100, 1000, 10_000, 100_000];

interface TrafficLaneProps {
  readonly load: LoadObservation;
  readonly scale: TimeScale;
}

/**
 * How long a transaction took that was due at that moment: the slowest as an area, the median as a line, on a
 * logarithmic axis because a healthy millisecond and an outage of seconds must both be seen.
 */
export function TrafficLane({ load, scale }: TrafficLaneProps) {
  const series = load.series.filter(({ atMs }) => atMs + seriesStepMs >= scale.fromMs && atMs <= scale.toMs);
  const slowest = load.series.reduce((most, { maxMs }) => Math.max(most, maxMs), 1);
  const topMs = latencyTicksMs.find((ms) => ms >= slowest) ?? 1_000_000;
  const y = (ms: number) =>
    plot.bottom - (Math.log10(Math.max(1, ms)) / Math.log10(Math.max(10, topMs))) * (plot.bottom - plot.top);
  const shownTicks = latencyTicksMs.filter((ms) => ms <= topMs);
  return (
    <Lane
      label={
        <>
          Traffic: how long a transaction takes that is due then
          <span className="keys soft">
            <span className="key slowest" /> slowest <span className="key median" /> median
            {load.failed > 0 && (
              <>
                {' '}
                <span className="ink-fail">✕</span> fails
              </>
            )}
          </span>
        </>
      }
      scale={scale}
      heightPx={heightPx}
      marks={shownTicks.map((ms) => (
        <text key={ms} className="bucket" x={gutterPx - 6} y={y(ms) + 4} textAnchor="end">
          {formatMs(ms)}
        </text>
      ))}
    >
      {shownTicks.map((ms) => (
        <line key={ms} className="rule" x1={0} x2={scale.widthPx} y1={y(ms)} y2={y(ms)} />
      ))}
      <path className="slowest" d={area(series, scale, y)} />
      <path className="median" d={line(series, scale, y)} />
      {series
        .filter(({ failed }) => failed > 0)
        .map(({ atMs }) => (
          <text className="failure" key={atMs} x={scale.x(atMs + seriesStepMs / 2)} y={15} textAnchor="middle">
            ✕
          </text>
        ))}
    </Lane>
  );
}

type Height = (ms: number) => number;

function area(series: readonly LoadSecond[], scale: TimeScale, y: Height): string {
  const [first] = series;
  if (first === undefined) return '';
  return `M${px(scale.x(first.atMs))},${plot.bottom}${steps(series, scale, y, 'maxMs')}V${plot.bottom}Z`;
}

function line(series: readonly LoadSecond[], scale: TimeScale, y: Height): string {
  const [first] = series;
  if (first === undefined) return '';
  return `M${px(scale.x(first.atMs))},${px(y(first.p50Ms))}${steps(series, scale, y, 'p50Ms')}`;
}

const steps = (series: readonly LoadSecond[], scale: TimeScale, y: Height, pick: 'maxMs' | 'p50Ms'): string =>
  series.map((second) => `V${px(y(second[pick]))}H${px(scale.x(second.atMs + seriesStepMs))}`).join('');

const px = (value: number): string => value.toFixed(1);
