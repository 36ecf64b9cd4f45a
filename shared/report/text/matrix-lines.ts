import type { Report } from '../../domain/report.ts';
import { cellReasons } from '../phrases.ts';
import { excerpt } from '../words.ts';
import { plain, wrap } from './wrap.ts';

const marks = { pass: 'ok', fail: 'BREAKS', 'not-run': 'not run' } as const;
const columnWidth = 11;
const columns = [
  { app: 'previous', boot: 'running' },
  { app: 'previous', boot: 'fresh' },
  { app: 'next', boot: 'running' },
  { app: 'next', boot: 'fresh' },
] as const;

/** A line a state; why a version breaks is said once, below. */
export function matrixLines(report: Report): string[] {
  const { cells, overlap } = report.compatibility;
  if (cells.length === 0) return [];
  const used = columns.filter(({ app, boot }) => cells.some((cell) => cell.app === app && cell.boot === boot));
  const states = [...new Set(cells.map(({ state }) => state))];
  const row = states.map((state) => {
    const parts = used.map(({ app, boot }) => {
      const cell = cells.find((other) => other.state === state && other.app === app && other.boot === boot);
      return cell === undefined ? '  -' : `${cell.gates ? '●' : ' '} ${marks[cell.outcome]}`;
    });
    return `  ${parts.map((part) => part.padEnd(columnWidth)).join('')}${plain(state)}`;
  });
  const title = (pick: 'app' | 'boot') => used.map((column) => `  ${column[pick]}`.padEnd(columnWidth)).join('');
  const broken = cells.filter(({ outcome }) => outcome !== 'pass');
  const reasons = Map.groupBy(broken, (cell) => `${cell.app} ${marks[cell.outcome]}: ${cellReasons(cell)[0] ?? ''}`);
  return [
    `Versions on each state (● gates, overlap ${overlap}):`,
    `  ${title('app').trimEnd()}`,
    `  ${title('boot')}state`,
    ...row,
    ...[...reasons.keys()].flatMap((reason) => wrap(excerpt(reason, 300), '  ', '    ')),
    '',
  ];
}
