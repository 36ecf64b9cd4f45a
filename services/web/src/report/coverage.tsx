import type { Report } from '../../../../shared/domain/report.ts';
import { excerpt, formatMs } from '../../../../shared/report/words.ts';
import { Disclosure } from '../kit/disclosure.tsx';
import { Table } from '../kit/table.tsx';
import { useShowMore } from './show-more.tsx';

/** Whether the traffic was what it was meant to be, a row a run. */
export function Coverage({ report }: { readonly report: Report }) {
  const loaded = report.runs.flatMap(({ id, load }) => (load === undefined ? [] : [{ id, load }]));
  const late = loaded.reduce((most, { load }) => Math.max(most, load.lagMsP99), 0);
  return loaded.length === 0 ? (
    <p>No run had traffic: what it would notice is not known.</p>
  ) : (
    <Disclosure summary={`Traffic in ${loaded.length} runs; its generator was at most ${formatMs(late)} late (p99)`}>
      <Rows loaded={loaded} />
    </Disclosure>
  );
}

type Loaded = { readonly id: string; readonly load: NonNullable<Report['runs'][number]['load']> };

function Rows({ loaded }: { readonly loaded: readonly Loaded[] }) {
  const { shown, more } = useShowMore(loaded, 40);
  return (
    <>
      <Table
        label="Traffic of each run"
        columns={[
          { key: 'run', title: 'Run' },
          { key: 'rate', title: 'A second', number: true },
          { key: 'late', title: 'Late (p99)', number: true },
          { key: 'seen', title: 'Writes seen of those planned' },
        ]}
      >
        <tbody>
          {shown.map(({ id, load }) => (
            <tr key={id}>
              <th scope="row">
                <a href={`#timeline?run=${encodeURIComponent(id)}`}>{id}</a>
              </th>
              <td className="number">
                {load.achievedRate.toFixed(1)} of {load.plannedRate}
              </td>
              <td className="number">{formatMs(load.lagMsP99)}</td>
              <td>
                {load.coverage.length === 0
                  ? 'none were planned'
                  : load.coverage
                      .slice(0, 8)
                      .map(({ relation, planned, seen }) => `${excerpt(relation, 80)} ${seen} of ${planned}`)
                      .join(', ')}
                {load.coverage.length > 8 && ` and ${load.coverage.length - 8} more`}
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {more}
    </>
  );
}
