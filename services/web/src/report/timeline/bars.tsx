import type { ReactNode } from 'react';
import { blocksReaders } from '../../../../../shared/domain/lock.ts';
import type { LockLane, StatementBar } from './read-run.ts';
import { overlaps, type Span, type TimeScale } from './time-scale.ts';

/** What took no time to speak of is still there to see. */
const leastPx = 3;
const barPx = 16;

/** Left of every lane, where some have the words of their other axis. */
export const gutterPx = 60;

/** A label on its own line with the bars below it: the same on a phone as on a desk. */
export function Lane({ label, marks, children, heightPx = barPx, scale }: LaneProps) {
  return (
    <div className="lane">
      <div className="lane-label">{label}</div>
      <svg width={gutterPx + scale.widthPx} height={heightPx} aria-hidden="true" focusable="false">
        {marks}
        <svg x={gutterPx} width={scale.widthPx} height={heightPx} aria-hidden="true">
          <rect className="lane-ground" width={scale.widthPx} height={heightPx} rx="3" />
          {children}
        </svg>
      </svg>
    </div>
  );
}

interface LaneProps {
  readonly label: ReactNode;
  /** In the gutter. */
  readonly marks?: ReactNode;
  readonly heightPx?: number;
  readonly scale: TimeScale;
  readonly children: ReactNode;
}

interface StatementBarsProps {
  readonly bars: readonly StatementBar[];
  readonly scale: TimeScale;
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

export function StatementBars({ bars, scale, chosen, choose }: StatementBarsProps) {
  return thinned(bars, scale, chosen).map((bar) => (
    // biome-ignore lint/a11y/noStaticElementInteractions: the table below is the same for keyboards
    <g key={bar.key} className={barClass(bar, chosen)} onClick={() => choose(bar.key)}>
      <rect {...box(bar, scale)} />
      {bar.waitedUntilMs - bar.fromMs >= 1 && (
        <rect className="waits" {...box({ fromMs: bar.fromMs, toMs: bar.waitedUntilMs }, scale)} />
      )}
      {bar.statement.sqlstate !== undefined && <Refusal {...endOf(box(bar, scale))} />}
    </g>
  ));
}

/** A cap and a cross behind it, so that it is told without its colour. */
function Refusal(cap: ReturnType<typeof endOf>) {
  return (
    <>
      <rect className="end" {...cap} />
      <text className="failure" x={cap.x + cap.width + 3} y={barPx - 4}>
        ✕
      </text>
    </>
  );
}

/** Bars that would be drawn onto the same pixel are drawn once; what was refused or chosen always is. */
function thinned(bars: readonly StatementBar[], scale: TimeScale, chosen: string | undefined): readonly StatementBar[] {
  let lastPx = Number.NEGATIVE_INFINITY;
  return bars.filter((bar) => {
    if (!overlaps(bar, scale)) return false;
    const right = Math.round(scale.x(bar.toMs));
    if (right <= lastPx && bar.key !== chosen && bar.statement.sqlstate === undefined) return false;
    lastPx = Math.max(right, Math.round(scale.x(bar.fromMs)) + leastPx);
    return true;
  });
}

function barClass({ key, statement }: StatementBar, chosen: string | undefined): string {
  const end = statement.sqlstate === undefined ? 'works' : 'refused';
  return `bar ${end}${key === chosen ? ' chosen' : ''}`;
}

export function LockBars({ lane, scale, choose }: LockBarsProps) {
  return lane.bars
    .filter((bar) => overlaps(bar, scale))
    .slice(0, barsMax)
    .map((bar) => (
      // biome-ignore lint/a11y/noStaticElementInteractions: the table below is the same for keyboards
      <rect
        key={`${bar.kind} ${bar.key}`}
        className={`lock ${bar.kind} ${blocksReaders(bar.mode) ? 'all' : 'writes'}`}
        onClick={() => choose(bar.key)}
        {...box(bar, scale)}
      />
    ));
}

const barsMax = 500;

interface LockBarsProps {
  readonly lane: LockLane;
  readonly scale: TimeScale;
  readonly choose: (key: string) => void;
}

/** A wait that ends in a refusal shows both. */
function endOf({ x, width, ...rest }: ReturnType<typeof box>) {
  const endPx = Math.min(width, leastPx * 2);
  return { ...rest, x: x + width - endPx, width: endPx };
}

export function box(span: Span, scale: TimeScale) {
  const left = Math.max(0, scale.x(span.fromMs));
  const right = Math.min(scale.widthPx, scale.x(span.toMs));
  return { x: left, y: 1, width: Math.max(leastPx, right - left), height: barPx - 2, rx: 2 };
}
