import { type PointerEvent, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { formatMs } from '../../../../../shared/report/words.ts';
import { gutterPx } from './bars.tsx';
import { type Span, type TimeScale, ticks, timeScale } from './time-scale.ts';

interface ChartProps {
  readonly label: string;
  readonly span: Span;
  readonly originMs: number;
  /** A stretch was drawn over: the reader wants to see just that. */
  readonly zoom: (span: Span) => void;
  readonly children: (scale: TimeScale) => ReactNode;
}

/** A drag of less is a click. */
const dragPx = 6;

/** One axis for all lanes; whoever draws over it sees that stretch alone. */
export function Chart({ label, span, originMs, zoom, children }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidthPx] = useState(0);
  const [brush, setBrush] = useState<{ readonly from: number; readonly to: number }>();
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = () => setWidthPx(Math.floor(element.clientWidth));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const scale = useMemo(() => timeScale(span, Math.max(1, widthPx - gutterPx)), [span, widthPx]);
  const at = (event: PointerEvent<HTMLElement>) =>
    Math.max(0, event.clientX - event.currentTarget.getBoundingClientRect().left - gutterPx);
  const isDrawn = brush !== undefined && Math.abs(brush.to - brush.from) >= dragPx;
  return (
    <div
      className="chart"
      ref={box}
      role="img"
      aria-label={label}
      onPointerDown={(event) => event.button === 0 && setBrush({ from: at(event), to: at(event) })}
      onPointerMove={(event) => brush !== undefined && setBrush({ ...brush, to: at(event) })}
      onPointerLeave={() => setBrush(undefined)}
      onPointerUp={() => {
        setBrush(undefined);
        if (!isDrawn || brush === undefined) return;
        zoom({ fromMs: scale.ms(Math.min(brush.from, brush.to)), toMs: scale.ms(Math.max(brush.from, brush.to)) });
      }}
    >
      {widthPx > 0 && (
        <>
          <Stripes />
          <Axis scale={scale} originMs={originMs} />
          {children(scale)}
        </>
      )}
      {isDrawn && (
        <div
          className="brush"
          style={{ left: gutterPx + Math.min(brush.from, brush.to), width: Math.abs(brush.to - brush.from) }}
        />
      )}
    </div>
  );
}

/** What waits is striped in every lane: with its colour alone not everybody would see it. */
function Stripes() {
  return (
    <svg className="unseen" width="0" height="0" aria-hidden="true" focusable="false">
      <pattern id="waiting" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="waiting" width="7" height="7" />
        <line className="gap" y1="0" y2="7" />
      </pattern>
    </svg>
  );
}

function Axis({ scale, originMs }: { readonly scale: TimeScale; readonly originMs: number }) {
  return (
    <svg className="axis" width={gutterPx + scale.widthPx} height={22} aria-hidden="true" focusable="false">
      {ticks(scale, originMs).map((ms) => (
        <g key={ms} transform={`translate(${gutterPx + scale.x(originMs + ms)})`}>
          <line className="rule" y1={16} y2={22} />
          <text x={Math.min(0, scale.widthPx - 24 - scale.x(originMs + ms))} y={13} textAnchor="middle">
            {ms === 0 ? '0' : ms < 0 ? `−${formatMs(-ms)}` : formatMs(ms)}
          </text>
        </g>
      ))}
    </svg>
  );
}
