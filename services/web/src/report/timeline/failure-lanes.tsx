import type { LatencyMap } from '../../../../../shared/domain/load.ts';
import { sqlstateWords } from '../../../../../shared/report/sqlstate-words.ts';
import { counted, excerpt } from '../../../../../shared/report/words.ts';
import { Lane } from './bars.tsx';
import { overlaps, type TimeScale } from './time-scale.ts';

const heightPx = 30;
/** Room above the tallest bar for its count. */
const countPx = 12;
const countFromPx = 14;

interface FailureLanesProps {
  readonly map: LatencyMap;
  readonly scale: TimeScale;
}

/** A lane for each SQLSTATE that the traffic met; those of other stretches of time are left out. */
export function FailureLanes({ map, scale }: FailureLanesProps) {
  return map.failures.map(({ sqlstate, counts }) => {
    const bars = counts
      .map((count, step) => ({ count, fromMs: map.fromMs + step * map.stepMs }))
      .filter(({ count, fromMs }) => count > 0 && overlaps({ fromMs, toMs: fromMs + map.stepMs }, scale));
    if (bars.length === 0) return null;
    const most = bars.reduce((all, { count }) => Math.max(all, count), 1);
    const all = bars.reduce((sum, { count }) => sum + count, 0);
    const words = sqlstateWords(sqlstate);
    return (
      <Lane
        key={sqlstate}
        label={
          <span>
            <span className="ink-fail">✕</span> {counted(all, 'transaction')} due here {all === 1 ? 'fails' : 'fail'}:{' '}
            {excerpt(sqlstate, 40)}
            {words !== undefined && <span className="soft"> {words}</span>}
          </span>
        }
        scale={scale}
        heightPx={heightPx}
      >
        {bars.map(({ count, fromMs }) => {
          const widthPx = Math.max(2, scale.x(fromMs + map.stepMs) - scale.x(fromMs) - 1);
          const tall = Math.max(3, (count / most) * (heightPx - countPx));
          return (
            <g key={fromMs}>
              <rect className="failed" x={scale.x(fromMs)} y={heightPx - tall} width={widthPx} height={tall} />
              {widthPx >= countFromPx && (
                <text x={scale.x(fromMs) + widthPx / 2} y={heightPx - tall - 2} textAnchor="middle">
                  {count}
                </text>
              )}
            </g>
          );
        })}
      </Lane>
    );
  });
}
