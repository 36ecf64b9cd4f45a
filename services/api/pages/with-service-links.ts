import { html } from './layout.ts';
import { hashOf } from './security.ts';

/** A report is one file that knows no service; read here, it says what lies around it. */
export function withServiceLinks(page: string, id: string): string {
  const links = html`<style>${style}</style>
<nav class="around" aria-label="Service"><a href="/"><b>Rehearsal</b></a>
<a href="/rehearsals/${id}/comparison">What changed</a>
<a href="/board">Board</a>
<a href="/v1/rehearsals/${id}/report.html" download="report-${id}.html">This report as a file</a></nav>
`;
  // The page names its own styles in a policy of its own, which the one that we send cannot widen.
  const named = page.replace(ownStyles, (before) => `${before}${hashOf(style)} `);
  return named.replace(/<body[^>]*>/, (body) => body + links.text);
}

const ownStyles = /<meta http-equiv="Content-Security-Policy" content="[^"]*style-src (?='sha256)/;

const style =
  '.around{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;padding:.6rem 1.25rem;border-bottom:1px solid var(--line);' +
  'background:var(--card);font:1rem/1.5 system-ui,sans-serif}@media print{.around{display:none}}';
