import { blocksReaders, blocksWriters } from '../../domain/lock.ts';
import type { Report, ReportAttempt, ReportStatement } from '../../domain/report.ts';
import { limits } from '../limits.ts';
import { lockWords } from '../phrases.ts';
import { excerpt, formatBytes, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { table } from './table.ts';

/** What each statement does when nobody else is in the room: its locks in plain words, and for how long. */
export function statementsSection(report: Report): Markup {
  const control = report.runs.find(({ migration }) => migration.length > 0);
  if (control === undefined) return html``;
  return html`<section id="statements"><h2>Statements and their locks</h2>
<p class="soft">As seen in ${control.id}, with nobody else in the room.</p>${control.migration.map(attemptMarkup)}</section>`;
}

/** One start of a command, statement by statement. */
export function attemptMarkup(attempt: ReportAttempt): Markup {
  const { statements } = attempt;
  const shown = statements.slice(0, limits.statementsOfRun);
  return html`<p>${attemptWords(attempt)}</p>${
    shown.length > 0 &&
    table(
      `Statements of ${attempt.phase}, attempt ${attempt.attempt}`,
      [
        { title: '#', number: true },
        { title: 'Statement' },
        { title: 'Took', number: true },
        { title: 'Waited', number: true },
        { title: 'Rows', number: true },
        { title: 'What it blocks, and for how long' },
      ],
      html`<tbody>${shown.map(statementRow)}</tbody>`,
    )
  }${statements.length > shown.length && html`<p class="soft">${statements.length - shown.length} more in report.json.</p>`}`;
}

function attemptWords(attempt: ReportAttempt): string {
  const { phase, exitCode, signal, memoryPeakBytes, memoryLimitBytes } = attempt;
  const end = exitCode === null ? `ended by ${signal ?? 'something unknown'}` : `exit code ${exitCode}`;
  const memory =
    memoryPeakBytes === undefined
      ? ''
      : `, memory peak ${formatBytes(memoryPeakBytes)}${memoryLimitBytes === undefined ? '' : ` of ${formatBytes(memoryLimitBytes)}`}`;
  const special = `${attempt.oomKilled ? ', killed for memory' : ''}${attempt.timedOut ? ', ended at its timeout' : ''}`;
  const times = attempt.attempt === 1 ? '' : `, start ${attempt.attempt}`;
  return `${phase}${times}: ${end}${special} after ${formatMs(attempt.durationMs)}${memory}.`;
}

function statementRow(statement: ReportStatement): Markup {
  const { file, line, transaction, sqlstate, message, rewrote } = statement;
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}, `;
  return html`<tr><td class="number">${statement.ordinal}</td><th scope="row" class="sql"><code>${excerpt(statement.sql.trim(), limits.statementCharacters)}</code>
<div class="soft">${place}${transaction === null ? 'autocommit' : `transaction ${transaction}`}</div>
${sqlstate !== undefined && html`<div class="refused">refused: ${sqlstate} ${excerpt(message ?? '', limits.statementCharacters)}</div>`}
${rewrote.length > 0 && html`<div class="rewrote">rewrote ${rewrote.join(', ')}, ${formatBytes(statement.walBytes)} of WAL</div>`}</th>
<td class="number">${formatMs(statement.durationMs)}</td><td class="number">${formatMs(statement.waitedMs)}</td>
<td class="number">${statement.rows}</td><td>${lockLines(statement)}</td></tr>`;
}

function lockLines({ locks }: ReportStatement): Markup {
  const strong = locks.filter(({ mode }) => blocksWriters(mode) || blocksReaders(mode));
  if (strong.length === 0) return html`<span class="soft">nothing: reads and writes pass</span>`;
  return html`${strong.map(
    ({ mode, relation, heldMs }) =>
      html`<div>${lockWords(mode, relation)} for ${formatMs(heldMs)} <span class="soft">${mode}</span></div>`,
  )}`;
}
