import { excerpt, formatMs, oneLine } from '../../../../../shared/report/words.ts';
import { Table } from '../../kit/table.tsx';
import { useShowMore } from '../show-more.tsx';
import type { StatementBar } from './read-run.ts';

const columns = [
  { key: 'ordinal', title: '#', number: true },
  { key: 'sql', title: 'Statement' },
  { key: 'took', title: 'Took', number: true },
  { key: 'waited', title: 'Waited', number: true },
] as const;

interface StatementTableProps {
  readonly bars: readonly StatementBar[];
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
}

/** The same statements in words, for keyboards and screen readers; only those of the stretch that is shown. */
export function StatementTable({ bars, chosen, choose }: StatementTableProps) {
  const { shown, more } = useShowMore(bars, 12, bars.findIndex(({ key }) => key === chosen) + 1);
  return (
    <>
      <Table label="Statements in this stretch of time" columns={columns}>
        <tbody>
          {shown.map((bar) => (
            <tr key={bar.key} className={bar.key === chosen ? 'chosen' : undefined}>
              <td className="number">{bar.statement.ordinal}</td>
              <th scope="row">
                <button
                  type="button"
                  className="link"
                  aria-pressed={bar.key === chosen}
                  onClick={() => choose(bar.key)}
                >
                  <code>{excerpt(oneLine(bar.statement.sql.slice(0, 400)), 110)}</code>
                </button>
                {bar.statement.sqlstate !== undefined && (
                  <span className="ink-fail"> refused: {bar.statement.sqlstate}</span>
                )}
              </th>
              <td className="number">{formatMs(bar.statement.durationMs)}</td>
              <td className="number">{formatMs(bar.statement.waitedMs)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {more}
    </>
  );
}
