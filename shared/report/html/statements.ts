import type { LockObservation } from '../../domain/lock.ts';
import type { Report, ReportRun, ReportStatement } from '../../domain/report.ts';
import { formatBytes, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** A page shows so many statements of one run; all of them are in report.json. */
const statementsShown = 200;

/** What each statement did on the quiet run, and what the other runs saw. */
export function statementsSection(report: Report): Markup {
  const [control, ...others] = report.runs;
  return html`<h2 id="statements">Statements</h2>
${control !== undefined && runMarkup(control, true)}
<h2 id="runs">Runs</h2>${others.map((run) => runMarkup(run, false))}`;
}

function runMarkup(run: ReportRun, open: boolean): Markup {
  const statements = run.migration.reduce((sum, attempt) => sum + attempt.statements.length, 0);
  const fault =
    run.fault === undefined
      ? ''
      : ` · ${run.fault.kind} ${run.fault.moment} statement ${run.fault.ordinal}${run.fault.relation === undefined ? '' : ` on ${run.fault.relation}`}`;
  return html`<details ${open ? html`open` : ''}><summary>${run.id}: ${run.outcome}${fault}
<span class="soft">${formatMs(run.durationMs)}, ${statements} statements</span></summary>
${run.why !== undefined && html`<p>${run.why}</p>`}
${run.aftermath !== undefined && aftermathLine(run.aftermath)}
${run.migration.map(
  (
    attempt,
  ) => html`<p class="soft">${attempt.phase}, attempt ${attempt.attempt}: exit code ${attempt.exitCode ?? 'none'}
${attempt.signal !== undefined && html`(${attempt.signal})`} ${attempt.oomKilled && 'killed for memory'}
${attempt.timedOut && 'timed out'} after ${formatMs(attempt.durationMs)}${
    attempt.memoryPeakBytes !== undefined && html`, memory peak ${formatBytes(attempt.memoryPeakBytes)}`
  }</p>
${attempt.statements.length > 0 && statementTable(attempt.statements)}`,
)}</details>`;
}

function aftermathLine(aftermath: NonNullable<ReportRun['aftermath']>): Markup {
  const starts = (value: boolean | null) => (value === null ? 'not looked' : value ? 'starts' : 'does not start');
  const retry =
    aftermath.retry === undefined
      ? 'not tried'
      : `exit code ${aftermath.retry.exitCode ?? 'none'}, ${aftermath.retry.converged === true ? 'converged' : 'did not converge'}`;
  const left = aftermath.leftovers.length === 0 ? 'nothing' : aftermath.leftovers.join(', ');
  return html`<p>Afterwards: previous ${starts(aftermath.previousStarts)}, next ${starts(aftermath.nextStarts)};
left behind: ${left}; running it again: ${retry}.</p>`;
}

function statementTable(statements: readonly ReportStatement[]): Markup {
  return html`<div class="scroll"><table><thead><tr><th class="number">#</th><th>Statement</th><th class="number">took</th>
<th class="number">waited</th><th class="number">rows</th><th>Locks and their hold</th></tr></thead>
<tbody>${statements.slice(0, statementsShown).map(statementRow)}</tbody></table></div>
${statements.length > statementsShown && html`<p class="soft">${statements.length - statementsShown} more in report.json.</p>`}`;
}

function statementRow(statement: ReportStatement): Markup {
  const place = statement.file === undefined ? '' : `${statement.file}:${statement.line ?? '?'}`;
  return html`<tr><td class="number">${statement.ordinal}</td><td><code>${shorten(statement.sql)}</code>
<div class="soft">${place}${statement.transaction === null ? ' autocommit' : ` transaction ${statement.transaction}`}</div>
${statement.sqlstate !== undefined && html`<div class="fail">${statement.sqlstate} ${statement.message ?? ''}</div>`}
${statement.rewrote.length > 0 && html`<div class="inconclusive">rewrote ${statement.rewrote.join(', ')}</div>`}</td>
<td class="number">${formatMs(statement.durationMs)}</td><td class="number">${formatMs(statement.waitedMs)}</td>
<td class="number">${statement.rows}</td><td>${statement.locks.map((lock) => html`<div>${lockWords(lock)}</div>`)}</td></tr>`;
}

/** Never a lock without what it blocks, on which table. */
function lockWords(lock: LockObservation): string {
  const blocks =
    lock.mode === 'AccessExclusiveLock'
      ? 'blocks reads and writes of'
      : /^(Share|ShareRowExclusive|Exclusive)Lock$/.test(lock.mode)
        ? 'blocks writes of'
        : 'lets reads and writes pass on';
  return `${blocks} ${lock.relation} (${lock.mode}) for ${formatMs(lock.heldMs)}`;
}

const shorten = (sql: string): string => (sql.length > 400 ? `${sql.slice(0, 400)} …` : sql);
