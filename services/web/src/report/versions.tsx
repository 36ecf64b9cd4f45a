import { Fragment } from 'react';
import type { Report } from '../../../../shared/domain/report.ts';
import type { JudgedCell } from '../../../../shared/domain/verdict.ts';
import { cellReasons, runWords, splitState } from '../../../../shared/report/phrases.ts';
import { counted, excerpt } from '../../../../shared/report/words.ts';
import { Disclosure } from '../kit/disclosure.tsx';
import { Mark, type Tone } from '../kit/mark.tsx';
import { Table } from '../kit/table.tsx';
import { goTo, useAddress } from './address.ts';
import { CellDetail } from './cell-detail.tsx';
import { Section } from './section.tsx';
import { useShowMore } from './show-more.tsx';

const words = { pass: 'works', fail: 'breaks', 'not-run': 'not asked' } as const;
const tones: Readonly<Record<JudgedCell['outcome'], Tone>> = { pass: 'pass', fail: 'fail', 'not-run': 'idle' };

type Column = Pick<JudgedCell, 'app' | 'boot'>;

/** Which version lives on which state: a heat map that is a table, so that it reads the same with and without eyes. */
export function VersionsSection({ report }: { readonly report: Report }) {
  const { cells, overlap } = report.compatibility;
  const columns = (['previous', 'next'] as const)
    .flatMap((app) => (['running', 'fresh'] as const).map((boot) => ({ app, boot })))
    .filter(({ app, boot }) => cells.some((cell) => cell.app === app && cell.boot === boot));
  const states = [...new Set(cells.map(({ state }) => state))];
  const planned = states.filter((state) => splitState(state).runId === undefined);
  const stressed = states.filter((state) => splitState(state).runId !== undefined);
  const broken = cells.filter(({ state, outcome }) => outcome === 'fail' && stressed.includes(state)).length;
  if (cells.length === 0) {
    return (
      <Section id="versions" title="Versions on each state">
        <p>The bundle has no applications.</p>
      </Section>
    );
  }
  return (
    <Section
      id="versions"
      title="Versions on each state"
      lead={`Overlap ${overlap}. ● gates: that version must live on that state during this deployment. Choose a cell to see what was asked.`}
    >
      <Matrix report={report} columns={columns} states={planned} label="Versions on each state, as planned" />
      {stressed.length > 0 && (
        <Disclosure
          open={broken > 0 && stressed.length <= 12}
          summary={
            <>
              What runs under stress left: {counted(stressed.length, 'state')},{' '}
              {broken === 0 ? 'nothing breaks' : `${counted(broken, 'cell')} ${broken === 1 ? 'breaks' : 'break'}`}
            </>
          }
        >
          <Matrix report={report} columns={columns} states={stressed} label="Versions on what runs under stress left" />
        </Disclosure>
      )}
    </Section>
  );
}

interface MatrixProps {
  readonly report: Report;
  readonly columns: readonly Column[];
  readonly states: readonly string[];
  readonly label: string;
}

function Matrix({ report, columns: all, states, label }: MatrixProps) {
  const address = useAddress();
  const { shown, more } = useShowMore(states, 40);
  const cells = Map.groupBy(report.compatibility.cells, ({ state }) => state);
  const asked = states.flatMap((state) => cells.get(state) ?? []);
  const columns = all.filter(({ app, boot }) => asked.some((cell) => cell.app === app && cell.boot === boot));
  const noReturn = pointOfNoReturn(report);
  const titles = columns.map(({ app, boot }) => ({
    key: `${app} ${boot}`,
    title: `${app} ${excerpt(app === 'previous' ? report.previous : report.version, 40)}, ${boot === 'fresh' ? 'freshly started' : 'kept running'}`,
  }));
  return (
    <>
      <Table label={label} columns={[{ key: 'state', title: 'State' }, ...titles]}>
        <tbody>
          {shown.map((state) => {
            const row = cells.get(state) ?? [];
            const open = row.find((cell) => cellKey(cell) === address.cell);
            return (
              <Fragment key={state}>
                {state === noReturn && (
                  <tr className="no-return">
                    <th scope="row" colSpan={columns.length + 1}>
                      Point of no return: from here previous does not come back
                    </th>
                  </tr>
                )}
                <tr className={row.some(({ outcome }) => outcome === 'fail') ? 'broken' : undefined}>
                  <th scope="row">
                    <StateLabel report={report} state={state} />
                  </th>
                  {columns.map(({ app, boot }) => (
                    <Cell
                      key={`${app} ${boot}`}
                      cell={row.find((one) => one.app === app && one.boot === boot)}
                      open={open}
                    />
                  ))}
                </tr>
                {open !== undefined && (
                  <tr>
                    <td colSpan={columns.length + 1}>
                      <CellDetail report={report} cell={open} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </Table>
      {more}
    </>
  );
}

const cellKey = ({ app, boot, state }: JudgedCell): string => `${app} ${boot} ${state}`;

/** The first state on which previous fails without a way back, as the check of rollbacks found it. */
function pointOfNoReturn({ findings }: Report): string | undefined {
  return findings.find(
    ({ check, severity, app }) => check === 'impossible-rollback' && severity === 'warns' && app === 'previous',
  )?.state;
}

function StateLabel({ report, state }: { readonly report: Report; readonly state: string }) {
  const { point, runId } = splitState(state);
  const run = report.runs.find(({ id }) => id === runId);
  return (
    <>
      {excerpt(point, 200)}
      {runId !== undefined && (
        <div className="soft">{run === undefined ? `in ${runId}` : excerpt(runWords(run), 200)}</div>
      )}
    </>
  );
}

function Cell({ cell, open }: { readonly cell: JudgedCell | undefined; readonly open: JudgedCell | undefined }) {
  if (cell === undefined) return <td className="cell none">–</td>;
  const isOpen = cell === open;
  const [reason] = cellReasons(cell);
  return (
    <td className={`cell tone-${tones[cell.outcome]}`}>
      <button
        type="button"
        className="link"
        aria-expanded={isOpen}
        onClick={() => goTo({ section: 'versions', ...(isOpen ? {} : { cell: cellKey(cell) }) })}
      >
        <Mark tone={tones[cell.outcome]} />
        {words[cell.outcome]}
        {cell.gates && (
          <>
            <span aria-hidden="true"> ●</span>
            <span className="unseen">, gates</span>
          </>
        )}
      </button>
      {cell.outcome === 'fail' && reason !== undefined && <div className="reason">{excerpt(reason, 110)}</div>}
    </td>
  );
}
