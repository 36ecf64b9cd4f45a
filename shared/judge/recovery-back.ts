import type { Recovery } from '../domain/verdict.ts';
import type { Readings } from './collect-evidence.ts';
import type { JudgeContext } from './context.ts';
import { assessCells } from './derive/assess-cells.ts';
import { lossesAfter } from './derive/rollback-losses.ts';

/** Where next does not live at the end of a phase, and the declared rollback was walked from just there. */
export function waysBack(readings: Readings, context: JudgeContext): readonly Recovery[] {
  const cells = assessCells(readings, context);
  const broken = cells.filter(
    ({ cell, point, run }) =>
      run.spec.scenario === 'compatibility' &&
      cell.app === 'next' &&
      cell.gates &&
      cell.outcome === 'fail' &&
      point.kind === 'after',
  );
  return [...Map.groupBy(broken, ({ cell }) => cell.state).values()].flatMap(([first]) => {
    if (first?.point.kind !== 'after') return [];
    const after = first.point.phase;
    const works = cells.some(
      ({ cell, run: { spec } }) =>
        spec.scenario === 'rollback' && spec.after === after && spec.stress === undefined && cell.outcome === 'pass',
    );
    if (!works) return [];
    const loses = lossesAfter(after, readings.rollback.runs);
    const why = (first.cell.because ?? 'it never became ready').replaceAll('; ', ', ');
    const price = loses.length === 0 ? 'and nothing was lost on the way' : 'at the price of what it loses';
    return [
      {
        state: first.cell.state,
        choose: 'roll-back' as const,
        because: `next does not work there (${why}); the declared rollback was seen to lead to where previous works, ${price}`,
        ...(loses.length === 0 ? {} : { loses }),
      },
    ];
  });
}
