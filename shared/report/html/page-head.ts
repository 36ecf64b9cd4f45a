import type { Report } from '../../domain/report.ts';
import { groupFindings } from '../group-findings.ts';
import { harmWords } from '../phrases.ts';
import { counted, formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

const words = { pass: 'Pass', fail: 'Fail', inconclusive: 'Inconclusive' } as const;

/** What must be understood in ten seconds: the verdict, its sentence, and the four figures behind it. */
export function pageHead(report: Report): Markup {
  const { service, previous, version, environment } = report;
  return html`<header class="verdict ${report.verdict}"><p class="word">${words[report.verdict]}</p><h1>${report.sentence}</h1>
<p class="soft">${service} ${previous} → ${version}, ${environment}. Rehearsed ${report.startedAt.slice(0, 16).replace('T', ' ')} UTC,
${counted(report.runs.length, 'run')} in ${formatMs(report.durationMs)}.</p></header>
<dl class="figures">${figures(report).map(
    ({ value, what }) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** Links for those who come back for one thing. */
export function pageContents(sections: readonly { readonly id: string; readonly title: string }[]): Markup {
  return html`<nav aria-label="On this page">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a> `)}</nav>`;
}

function figures(report: Report): readonly { readonly value: string; readonly what: string }[] {
  const blocking = groupFindings(report.findings).filter(({ mark }) => mark === 'blocks');
  const loads = report.runs.flatMap(({ load }) => (load === undefined ? [] : [load]));
  const failed = loads.reduce((sum, load) => sum + load.failed, 0);
  const sent = loads.reduce((sum, load) => sum + load.transactions, 0);
  const gating = report.compatibility.cells.filter(({ gates }) => gates);
  const broken = gating.filter(({ outcome }) => outcome === 'fail').length;
  const count = blocking.reduce((sum, { findings }) => sum + findings.length, 0);
  return [
    {
      value: count === 0 ? 'none' : String(count),
      what: `${count === 1 ? 'finding that blocks' : 'findings that block'}${count === 0 ? '' : `, of ${counted(blocking.length, 'check')}`}`,
    },
    {
      value: loads.length === 0 ? 'not seen' : formatMs(Math.max(...loads.map((load) => load.blockedMsMax))),
      what: 'longest wait of a transaction behind the migration',
    },
    {
      value: loads.length === 0 ? 'not seen' : `${failed} of ${sent}`,
      what: 'transactions of the traffic that failed',
    },
    {
      value: gating.length === 0 ? 'not asked' : `${broken} of ${gating.length}`,
      what: 'states that a version must live with and breaks on',
    },
    { value: harmWords[report.harm].database, what: `the database: ${harmWords[report.harm].because}` },
  ];
}
