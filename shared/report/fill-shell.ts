import type { Report } from '../domain/report.ts';
import { checkWords } from './check-words.ts';
import { staticParts } from './render-html.ts';

/** Where the built page wants what; the parts stand in it once each. */
const places = {
  title: '<title>Rehearsal</title>',
  style: '<noscript data-part="style"></noscript>',
  static: '<noscript data-part="static"></noscript>',
  report: '<script type="application/json" id="report"></script>',
  checks: '<script type="application/json" id="checks"></script>',
} as const;

/**
 * The built page with a report inside: one file that opens from a disk. Who allows no script reads the static page.
 * The built page is an argument, so that this stays pure.
 */
export function fillShell(shell: string, report: Report): string {
  const { title, style, body } = staticParts(report);
  const filled: Readonly<Record<keyof typeof places, string>> = {
    title: `<title>${title}</title>`,
    style: `<noscript><style>${style}</style></noscript>`,
    static: `<noscript>${body}</noscript>`,
    report: `<script type="application/json" id="report">${inScript(JSON.stringify(report))}</script>`,
    checks: `<script type="application/json" id="checks">${inScript(JSON.stringify(checkWords(report)))}</script>`,
  };
  return (Object.keys(places) as (keyof typeof places)[]).reduce((page, part) => {
    const [before, after, ...more] = page.split(places[part]);
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`the built page has no single place for its ${part}`);
    }
    return before + filled[part] + after;
  }, shell);
}

/** JSON that no parser of HTML or of older JavaScript can read as an end of its element or line; it stays the same JSON. */
const inScript = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
