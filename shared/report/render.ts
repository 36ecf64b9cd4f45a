import type { Report } from '../domain/report.ts';
import { fillShell } from './fill-shell.ts';
import { renderHtml } from './render-html.ts';
import { renderJunit } from './render-junit.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderSarif } from './render-sarif.ts';
import { renderText } from './render-text.ts';

export const formats = ['text', 'json', 'markdown', 'junit', 'sarif', 'html'] as const;
export type Format = (typeof formats)[number];

/** One report for each reader; `shell` is the built page for browsers, where there is one. */
export function render(format: Format, report: Report, shell?: string): string {
  switch (format) {
    case 'text':
      return renderText(report);
    case 'json':
      return `${JSON.stringify(report, undefined, 2)}\n`;
    case 'markdown':
      return renderMarkdown(report);
    case 'junit':
      return renderJunit(report);
    case 'sarif':
      return renderSarif(report);
    case 'html':
      return shell === undefined ? renderHtml(report) : fillShell(shell, report);
  }
}
