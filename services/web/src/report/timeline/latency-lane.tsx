import type { LatencyMap } from '../../../../../shared/domain/load.ts';
import { formatMs } from '../../../../../shared/report/words.ts';
import { gutterPx, Lane } from './bars.tsx';
import type { TimeScale } from './time-scale.ts';

const rowPx = 15;
/** The one transaction that took long must be seen beside hundreds that did not. */
const leastShare = 0.3;
const rowsMin = 4;

interface LatencyLaneProps {
  readonly map: LatencyMap;
  readonly scale: TimeScale;
}

/** Time by latency: the larger and darker a field, the more transactions that were due then took that long. */
export function LatencyLane({ map, scale }: LatencyLaneProps) {
  const { fromMs, stepMs, latencyUpToMs, counts } = map;
  const top = counts.reduce(
    (slowest, column) =>
      Math.max(
        slowest,
        column.findLastIndex((count) => count > 0),
      ),
    0,
  );
  const rows = Math.min(latencyUpToMs.length + 1, Math.max(rowsMin, top + 1));
  const most = counts.reduce((all, column) => Math.max(all, ...column), 1);
  const shown = counts
    .map((column, step) => ({ column, atMs: fromMs + step * stepMs }))
    .filter(({ atMs }) => atMs + stepMs >= scale.fromMs && atMs <= scale.toMs);
  return (
    <Lane
      label={
        <>
          Traffic: how long a transaction takes that is due then
          <span className="keys soft">
            <span className="key few" /> few <span className="key many" /> many, at most {most} in {formatMs(stepMs)}
          </span>
        </>
      }
      scale={scale}
      heightPx={rows * rowPx}
      marks={Array.from({ length: rows }, (_, bucket) => (
        <text
          key={latencyUpToMs[bucket] ?? 'beyond'}
          className="bucket"
          x={gutterPx - 6}
          y={(rows - bucket) * rowPx - 4}
          textAnchor="end"
        >
          {bucketWords(latencyUpToMs, bucket)}
        </text>
      ))}
    >
      {shown.map(({ column, atMs }) =>
        column.slice(0, rows).map((count, bucket) => {
          if (count === 0) return null;
          const share = Math.sqrt(count / most);
          const tall = (rowPx - 1) * (leastShare + (1 - leastShare) * share);
          return (
            <rect
              key={`${atMs} ${latencyUpToMs[bucket]}`}
              className="heat"
              x={scale.x(atMs)}
              y={(rows - bucket - 0.5) * rowPx - tall / 2}
              width={Math.max(1, scale.x(atMs + stepMs) - scale.x(atMs) - 1)}
              height={tall}
              fillOpacity={0.7 + 0.3 * share}
            />
          );
        }),
      )}
    </Lane>
  );
}

function bucketWords(upToMs: readonly number[], bucket: number): string {
  const end = upToMs[bucket];
  return end === undefined ? `> ${formatMs(upToMs.at(-1) ?? 0)}` : `≤ ${formatMs(end)}`;
}
