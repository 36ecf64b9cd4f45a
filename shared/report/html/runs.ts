import type { Report, ReportRun } from '../../domain/report.ts';
import { type Scenario, scenarios } from '../../domain/run.ts';
import { limits } from '../limits.ts';
import { runWords, standbyWords } from '../phrases.ts';
import { counted, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { attemptMarkup } from './statements.ts';

const questions: Readonly<Record<Scenario, string>> = {
  control: 'Where does it end when nothing disturbs it?',
  'under-load': 'What does traffic notice?',
  contention: 'What if somebody is in the way of a lock?',
  interruption: 'What if it is ended half way?',
  rollback: 'Does the way back work?',
  compatibility: 'Does each version work on each state?',
  standby: 'Can a standby follow?',
};

/** Every run by the question that it asked; what its statements did is folded. */
export function runsSection(report: Report): Markup {
  const shown = report.runs.slice(0, limits.runsOfPage);
  return html`<section id="runs"><h2>Runs</h2>${scenarios.map((scenario) => {
    const runs = shown.filter((run) => run.scenario === scenario);
    return runs.length > 0 && html`<h3>${questions[scenario]}</h3>${runs.map(runMarkup)}`;
  })}${
    report.runs.length > shown.length &&
    html`<p class="soft">${report.runs.length - shown.length} more in report.json.</p>`
  }</section>`;
}

function runMarkup(run: ReportRun): Markup {
  return html`<details id="run-${run.id}"><summary>${run.id} <span class="soft">${outcome(run)}</span></summary>
<p>${run.fault === undefined ? '' : `${runWords(run)}. `}${run.why ?? ''}</p>
${run.aftermath !== undefined && html`<p>${aftermathWords(run.aftermath)}</p>`}
${run.standby !== undefined && html`<p>${standbyWords(run.standby)}</p>`}
${run.scenario !== 'compatibility' && run.migration.map(attemptMarkup)}</details>`;
}

function outcome(run: ReportRun): string {
  if (run.outcome === 'not-run') return 'did not happen';
  const statements = run.migration.reduce((sum, attempt) => sum + attempt.statements.length, 0);
  return `${run.outcome}, ${counted(statements, 'statement')}, ${formatMs(run.durationMs)}, cloned in ${formatMs(run.cloneMs)}`;
}

function aftermathWords(aftermath: NonNullable<ReportRun['aftermath']>): string {
  const starts = (value: boolean | null) => (value === null ? 'was not started' : value ? 'starts' : 'does not start');
  const same = (value: boolean | null) => (value === null ? 'not compared' : value ? 'as expected' : 'not as expected');
  const { retry } = aftermath;
  const again =
    retry === undefined
      ? 'not run again'
      : `run again: exit code ${retry.exitCode ?? 'none'}, ${retry.converged === true ? 'reaches the expected end' : 'does not reach the expected end'}`;
  const left =
    aftermath.leftovers.length === 0 ? 'nothing left behind' : `left behind: ${aftermath.leftovers.join(', ')}`;
  return `Afterwards: schema ${same(aftermath.schemaEqual)}, ledger ${same(aftermath.ledgerEqual)}, ${left}; previous ${starts(aftermath.previousStarts)}, next ${starts(aftermath.nextStarts)}; ${again}.`;
}
