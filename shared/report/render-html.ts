import type { Report } from '../domain/report.ts';
import { checksSection, evidenceSection } from './html/evidence.ts';
import { findingsSection } from './html/findings.ts';
import { hintsSection } from './html/hints.ts';
import { html, Markup } from './html/markup.ts';
import { matrixSection } from './html/matrix.ts';
import { notTestedSection } from './html/not-tested.ts';
import { orderSection } from './html/order.ts';
import { pageContents, pageHead } from './html/page-head.ts';
import { recoverySection } from './html/recovery.ts';
import { runsSection } from './html/runs.ts';
import { statementsSection } from './html/statements.ts';
import { storySection } from './html/story.ts';
import { style } from './html/style.ts';
import { trafficSection } from './html/traffic.ts';

/** The page in reading order; a section without anything to say is left out, and its link with it. */
const sections = [
  { id: 'story', title: 'What would happen', render: storySection },
  { id: 'findings', title: 'Findings', render: findingsSection },
  { id: 'recovery', title: 'If it happens', render: recoverySection },
  { id: 'versions', title: 'Versions', render: matrixSection },
  { id: 'order', title: 'Order', render: orderSection },
  { id: 'traffic', title: 'Traffic', render: trafficSection },
  { id: 'statements', title: 'Statements', render: statementsSection },
  { id: 'hints', title: 'Static hints', render: hintsSection },
  { id: 'not-tested', title: 'Not tested', render: notTestedSection },
  { id: 'checks', title: 'Checks', render: checksSection },
  { id: 'runs', title: 'Runs', render: runsSection },
  { id: 'evidence', title: 'Evidence', render: evidenceSection },
] as const;

/** One static page: opens from disk, needs no script and no other host, and forbids itself both. */
export function renderHtml(report: Report): string {
  const { title, body } = staticParts(report);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="referrer" content="no-referrer"><link rel="icon" href="data:,">
<title>${new Markup(title)}</title><style>${new Markup(style)}</style></head>
<body>${new Markup(body)}</body></html>
`;
  return page.text;
}

/** The same in parts, each of them markup, for a page that has it inside. */
export function staticParts(report: Report): Readonly<Record<'title' | 'style' | 'body', string>> {
  const written = sections
    .map(({ id, title, render }) => ({ id, title, markup: render(report) }))
    .filter(({ markup }) => markup.text !== '');
  return {
    title: html`${report.verdict}: ${report.service} ${report.version}`.text,
    style,
    body: html`<main>
${pageHead(report)}
${pageContents(written)}
${written.map(({ markup }) => markup)}
</main>`.text,
  };
}
