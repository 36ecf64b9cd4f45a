import type { Report } from '../domain/report.ts';
import { evidenceSection } from './html/evidence.ts';
import { findingsSection } from './html/findings.ts';
import { html, Markup } from './html/markup.ts';
import { matrixSection } from './html/matrix.ts';
import { statementsSection } from './html/statements.ts';
import { style } from './html/style.ts';
import { trafficSection } from './html/traffic.ts';

/** One static page: opens from disk, needs no script and no other host, reads the same in a year. */
export function renderHtml(report: Report): string {
  const title = `${report.verdict}: ${report.service} ${report.version}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${new Markup(style)}</style></head>
<body><main>
<header class="verdict ${report.verdict}"><span class="word">${report.verdict}</span><h1>${report.sentence}</h1></header>
<p class="soft">${report.service} ${report.previous} → ${report.version}, ${report.environment} · harm: ${report.harm}</p>
${findingsSection(report)}
${matrixSection(report)}
${trafficSection(report)}
${statementsSection(report)}
${evidenceSection(report)}
</main></body></html>
`;
  return page.text;
}
