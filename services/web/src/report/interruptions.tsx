import type { Report, ReportRun } from '../../../../shared/domain/report.ts';
import { runWords } from '../../../../shared/report/phrases.ts';
import { excerpt, oneLine } from '../../../../shared/report/words.ts';
import { Mark, type Tone } from '../kit/mark.tsx';
import { Table } from '../kit/table.tsx';
import { Section } from './section.tsx';
import { useShowMore } from './show-more.tsx';

const columns = [
  { key: 'point', title: 'What happens' },
  { key: 'left', title: 'What it leaves' },
  { key: 'previous', title: 'Previous starts' },
  { key: 'next', title: 'Next starts' },
  { key: 'retry', title: 'Run again' },
] as const;

type Aftermath = NonNullable<ReportRun['aftermath']>;

/** Every point at which something was done to the migration: what was left, who starts, whether running it again helps. */
export function InterruptionsSection({ report }: { readonly report: Report }) {
  const runs = report.runs.flatMap((run) => (run.aftermath === undefined ? [] : [{ run, aftermath: run.aftermath }]));
  const { shown, more } = useShowMore(runs, 40);
  if (runs.length === 0) return null;
  return (
    <Section
      id="interruptions"
      title="If it is disturbed or ended half way"
      lead="Each point at which the migration was held up or ended, and what the database and both versions made of it."
    >
      <Table label="What each disturbance leaves" columns={columns}>
        <tbody>
          {shown.map(({ run, aftermath }) => (
            <tr key={run.id}>
              <th scope="row">
                <a href={`#timeline?run=${encodeURIComponent(run.id)}`}>{excerpt(runWords(run), 160)}</a>
                <StatementAt report={report} run={run} />
              </th>
              <td>
                <Left run={run} aftermath={aftermath} />
              </td>
              <Starts starts={aftermath.previousStarts} />
              <Starts starts={aftermath.nextStarts} />
              <Retry retry={aftermath.retry} />
            </tr>
          ))}
        </tbody>
      </Table>
      {more}
    </Section>
  );
}

function StatementAt({ report, run }: { readonly report: Report; readonly run: ReportRun }) {
  const { fault } = run;
  if (fault === undefined) return null;
  const sql = [run, ...report.runs.slice(0, 1)]
    .flatMap(({ migration }) => migration.filter(({ phase }) => phase === fault.phase))
    .flatMap(({ statements }) => statements)
    .find(({ ordinal }) => ordinal === fault.ordinal)?.sql;
  return sql === undefined ? null : (
    <div>
      <code>{excerpt(oneLine(sql.slice(0, 400)), 80)}</code>
    </div>
  );
}

function Left({ run, aftermath }: { readonly run: ReportRun; readonly aftermath: Aftermath }) {
  // Who was ended half way is not at the end, and that is no harm yet; who says that all went well has to be there.
  const short = run.migration[0]?.exitCode === 0 ? 'fail' : 'open';
  const tone = (value: boolean | null): Tone => (value === null ? 'idle' : value ? 'pass' : short);
  const { schemaEqual, ledgerEqual, leftovers } = aftermath;
  const facts: readonly (readonly [Tone, string])[] = [
    [tone(schemaEqual), `schema ${same(schemaEqual)}`],
    [tone(ledgerEqual), `ledger ${same(ledgerEqual)}`],
    [
      leftovers.length === 0 ? 'pass' : 'fail',
      leftovers.length === 0 ? 'nothing left over' : `left over: ${excerpt(leftovers.join(', '), 200)}`,
    ],
  ];
  return (
    <ul className="plain marks">
      {facts.map(([meaning, text]) => (
        <li key={text}>
          <span className={`ink-${meaning}`}>
            <Mark tone={meaning} />
          </span>{' '}
          {text}
        </li>
      ))}
    </ul>
  );
}

const same = (value: boolean | null): string =>
  value === null ? 'not compared' : value ? 'as at the end' : 'not as at the end';
const tone = (value: boolean | null): Tone => (value === null ? 'idle' : value ? 'pass' : 'fail');

function Starts({ starts }: { readonly starts: boolean | null }) {
  return (
    <td className={`cell tone-${tone(starts)}`}>
      <Mark tone={tone(starts)} /> {starts === null ? 'not started' : starts ? 'starts' : 'does not'}
    </td>
  );
}

function Retry({ retry }: { readonly retry: Aftermath['retry'] }) {
  if (retry === undefined) return <td className="cell none">not run again</td>;
  const { converged, exitCode } = retry;
  const end = converged === null ? 'not compared' : converged ? 'reaches the end' : 'does not get there';
  return (
    <td className={`cell tone-${tone(converged)}`}>
      <Mark tone={tone(converged)} /> {end}
      <div className="reason">exit code {exitCode ?? 'none'}</div>
    </td>
  );
}
