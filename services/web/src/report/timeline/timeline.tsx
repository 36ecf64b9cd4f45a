import { type KeyboardEvent, useMemo, useState } from 'react';
import type { Report, ReportRun } from '../../../../../shared/domain/report.ts';
import { queueWords, runWords } from '../../../../../shared/report/phrases.ts';
import { tellStory } from '../../../../../shared/report/story.ts';
import { counted, excerpt, formatMs } from '../../../../../shared/report/words.ts';
import { type Address, goTo, useAddress } from '../address.ts';
import { Section } from '../section.tsx';
import { worstRun } from '../sentence-parts.ts';
import { Chart } from './chart.tsx';
import { migrationSpan, type RunReading, readRun } from './read-run.ts';
import { RunFacts } from './run-facts.tsx';
import { RunLanes } from './run-lanes.tsx';
import { RunPicker } from './run-picker.tsx';
import { around } from './run-spans.ts';
import { StatementDetail } from './statement-detail.tsx';
import { StatementTable } from './statement-table.tsx';
import { StretchFacts } from './stretch-facts.tsx';
import { StretchFields } from './stretch-fields.tsx';
import { overlaps, type Span } from './time-scale.ts';

/** One run on one axis; the address bar keeps what is looked at, so that it can be sent to somebody. */
export function TimelineSection({ report }: { readonly report: Report }) {
  const address = useAddress();
  const first = useMemo(() => firstRun(report), [report]);
  const run = report.runs.find(({ id }) => id === address.run) ?? first;
  if (run === undefined) return null;
  return (
    <Section
      id="timeline"
      title="Timeline"
      lead="Draw over the chart to see one stretch of time alone, or type it; the arrow keys step through the statements, Escape goes back."
    >
      <RunView key={run.id} report={report} run={run} address={address} />
    </Section>
  );
}

/** The run that the story tells of; one without traffic shows less than the worst one that has some. */
function firstRun(report: Report): ReportRun | undefined {
  const told = tellStory(report)?.run;
  return told?.load === undefined ? (worstRun(report) ?? told ?? report.runs[0]) : told;
}

const chooseRun = (id: string) => goTo({ section: 'timeline', run: id });

interface RunViewProps {
  readonly report: Report;
  readonly run: ReportRun;
  readonly address: Address;
}

function RunView({ report, run, address }: RunViewProps) {
  const reading = readRun(report, run);
  const [beside, setBeside] = useState(false);
  const control = report.runs.find(({ scenario, migration }) => scenario === 'control' && migration.length > 0);
  const quiet = control === undefined || control === run ? undefined : readRun(report, control);
  const { from, to } = address;
  const span = useMemo(() => shownSpan(reading, from, to), [reading, from, to]);
  const bars = useMemo(() => reading.attempts.flatMap((one) => one.bars), [reading]);
  const visible = useMemo(() => bars.filter((bar) => overlaps(bar, span)), [bars, span]);
  const chosen = bars.find(({ key }) => key === address.statement) ?? bars.find(worthALook) ?? bars[0];
  const here: Address = { ...address, section: 'timeline', run: run.id };
  const choose = (statement: string) => goTo({ ...here, statement });
  const zoom = (wanted: Span | undefined) => goTo(zoomed(here, wanted));
  const step = (by: number) => {
    const next =
      visible[Math.max(0, Math.min(visible.length - 1, (chosen === undefined ? -1 : visible.indexOf(chosen)) + by))];
    if (next !== undefined) choose(next.key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event;
    if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowRight') step(1);
    else if (event.key === 'ArrowLeft') step(-1);
    else if (event.key === 'Escape') zoom(undefined);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys that the buttons inside stand for too
    <div className="timeline" onKeyDown={onKeyDown}>
      <div className="controls">
        <RunPicker report={report} chosen={run.id} choose={chooseRun} />
        <button type="button" className="button" onClick={() => step(-1)}>
          ← Previous statement
        </button>
        <button type="button" className="button" onClick={() => step(1)}>
          Next statement →
        </button>
        {quiet !== undefined && (
          <button type="button" className="button" aria-pressed={beside} onClick={() => setBeside(!beside)}>
            Beside the quiet run
          </button>
        )}
      </div>
      <div className="controls">
        {chosen !== undefined && (
          <button type="button" className="button" onClick={() => zoom(around([chosen]))}>
            Only this statement
          </button>
        )}
        <button type="button" className="button" onClick={() => zoom(migrationSpan(reading))}>
          Only the migration
        </button>
        <button type="button" className="button" onClick={() => zoom(reading.whole)}>
          All
        </button>
        <StretchFields span={span} originMs={reading.originMs} zoom={zoom} />
      </div>
      <p className="soft">
        <strong>{run.id}</strong>: {excerpt(runWords(run), 300)};{' '}
        {run.outcome === 'not-run' ? 'it did not happen' : run.outcome}, {formatMs(run.durationMs)}.
      </p>
      <Chart label={chartWords(reading)} span={span} originMs={reading.originMs} zoom={zoom}>
        {(scale) => (
          <RunLanes
            reading={reading}
            beside={beside ? quiet : undefined}
            scale={scale}
            chosen={chosen?.key}
            choose={choose}
          />
        )}
      </Chart>
      <StretchFacts reading={reading} span={span} />
      <div aria-live="polite">
        {chosen !== undefined && <StatementDetail bar={chosen} reading={reading} quiet={quiet} />}
      </div>
      <div className="screen-only">
        <StatementTable bars={visible} chosen={chosen?.key} choose={choose} />
      </div>
      <RunFacts run={run} />
    </div>
  );
}

const worthALook = ({ statement }: RunReading['attempts'][number]['bars'][number]): boolean =>
  statement.sqlstate !== undefined || statement.waitedMs >= 50;

function shownSpan({ first }: RunReading, from: number | undefined, to: number | undefined): Span {
  return from !== undefined && to !== undefined && to > from ? { fromMs: from, toMs: to } : first;
}

function zoomed({ from: _from, to: _to, ...rest }: Address, wanted: Span | undefined): Address {
  if (wanted === undefined) return rest;
  return { ...rest, from: Math.round(wanted.fromMs * 10) / 10, to: Math.round(wanted.toMs * 10) / 10 };
}

/** What the picture says, for who does not see it. */
function chartWords({ run, attempts, locks }: RunReading): string {
  const queues = (run.queues ?? []).map((queue) => `; ${excerpt(queueWords(queue), 200)}`).join('');
  const statements = attempts.reduce((sum, { bars }) => sum + bars.length, 0);
  const traffic =
    run.load === undefined ? 'no traffic' : `traffic that waits at most ${formatMs(run.load.blockedMsMax)}`;
  const lag = run.standby?.lag === undefined ? '' : ', the lag of a standby';
  const memory = run.migration.some((attempt) => attempt.memory !== undefined) ? ", the command's memory" : '';
  return `Timeline of ${run.id}: ${counted(statements, 'statement')}, strong locks on ${counted(locks.length, 'table')}, ${traffic}${lag}${memory}${queues}. The words and tables below say the same.`;
}
