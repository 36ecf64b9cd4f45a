import type { Hint } from '../../../../shared/domain/hint.ts';
import type { Report } from '../../../../shared/domain/report.ts';
import { hintWords } from '../../../../shared/report/hints.ts';
import { counted, excerpt } from '../../../../shared/report/words.ts';
import { Disclosure } from '../kit/disclosure.tsx';
import { Table } from '../kit/table.tsx';
import { useShowMore } from './show-more.tsx';

/** What reading the SQL says, beside what running it showed; the verdict knows nothing of it. */
export function Hints({ report }: { readonly report: Report }) {
  const { hints, hintsUnavailable } = report;
  if (hintsUnavailable !== undefined) return <p>There are no hints of a linter: {excerpt(hintsUnavailable, 300)}.</p>;
  if (hints === undefined || hints.length === 0) return null;
  return (
    <Disclosure summary={`${counted(hints.length, 'hint')} of a linter, beside what was seen; they decide nothing`}>
      <Rows hints={hints} />
    </Disclosure>
  );
}

function Rows({ hints }: { readonly hints: readonly Hint[] }) {
  const { shown, more } = useShowMore(hints, 50);
  return (
    <>
      <Table
        label="Hints of the linter"
        columns={[
          { key: 'place', title: 'Statement' },
          { key: 'says', title: 'It says' },
          { key: 'seen', title: 'What was seen' },
        ]}
      >
        <tbody>
          {shown.map(({ file, line, rule, message, status, because }) => (
            <tr key={`${file} ${line} ${rule}`}>
              <th scope="row">
                {excerpt(file, 120)}:{line}
              </th>
              <td>
                <code>{rule}</code>
                <div>{excerpt(message, 300)}</div>
              </td>
              <td>
                <strong>{hintWords[status]}</strong>
                <div>{excerpt(because, 300)}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
      {more}
    </>
  );
}
