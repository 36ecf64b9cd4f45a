import type { ReactNode } from 'react';
import type { SteppedMaxima } from '../../../../../shared/domain/series.ts';
import { gutterPx, Lane } from './bars.tsx';
import type { TimeScale } from './time-scale.ts';

const usualHeightPx = 56;
/** The highest value stays below the edge, so that a peak is seen to be one. */
const headroom = 1.15;

interface CurveLaneProps {
  readonly label: ReactNode;
  readonly curve: SteppedMaxima;
  readonly scale: TimeScale;
  readonly format: (value: number) => string;
  readonly limit?: number;
  readonly className?: string;
  readonly heightPx?: number;
}

/** One value over time, from nothing up to its limit where it has one. */
export function CurveLane(props: CurveLaneProps) {
  const { label, curve, scale, format, limit, className = '', heightPx = usualHeightPx } = props;
  const bottomPx = heightPx - 1;
  const peak = curve.most.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const top = Math.max(1, headroom * Math.max(peak, limit ?? 0));
  const y = (value: number): number => bottomPx - (value / top) * bottomPx;
  return (
    <Lane
      label={
        <>
          {label}
          <span className="keys soft">
            at most {format(peak)}
            {limit !== undefined && ` of ${format(limit)}`}
          </span>
        </>
      }
      scale={scale}
      heightPx={heightPx}
      marks={
        <>
          <text className="bucket" x={gutterPx - 6} y={y(limit ?? peak) + 4} textAnchor="end">
            {limit === undefined ? 'most' : 'limit'}
          </text>
          {heightPx >= usualHeightPx && (
            <text className="bucket" x={gutterPx - 6} y={bottomPx} textAnchor="end">
              0
            </text>
          )}
        </>
      }
    >
      <path className={`curve ${className}`} d={area(curve, scale, y)} />
      {limit !== undefined && <line className="limit" x1={0} x2={scale.widthPx} y1={y(limit)} y2={y(limit)} />}
    </Lane>
  );
}

/** Where nobody looked, the last value that was seen goes on. */
function area({ fromMs, stepMs, most }: SteppedMaxima, scale: TimeScale, y: (value: number) => number): string {
  if (most.length === 0) return '';
  let last = 0;
  const bottom = px(y(0));
  const steps = most.map((value, step) => {
    last = value ?? last;
    return `V${px(y(last))}H${px(scale.x(fromMs + (step + 1) * stepMs))}`;
  });
  return `M${px(scale.x(fromMs))},${bottom}${steps.join('')}V${bottom}Z`;
}

const px = (value: number): string => value.toFixed(1);
