import { createHash } from 'node:crypto';

const place = '<meta name="policy" content="here">';
const script = /<script type="module"[^>]*>([\s\S]*?)<\/script>/g;
const style = /<style[^>]*>([\s\S]*?)<\/style>/g;

/**
 * Names the page's own script and styles by their hashes in the page's policy: nothing else runs in it or paints it,
 * wherever it is opened. `later`: styles that are put in when the page is filled. What the charts place by script is
 * set on elements, which no policy of styles forbids.
 */
export function sealShell(html: string, later: readonly string[]): string {
  const scripts = inside(html, script);
  if (scripts.length === 0) throw new Error('the built page has no script inside');
  if (!html.includes(place)) throw new Error('the page does not say where its policy goes');
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hashOf).join(' ')}`,
    `style-src ${[...inside(html, style), ...later].map(hashOf).join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(place, () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

const inside = (html: string, element: RegExp): readonly string[] =>
  [...html.matchAll(element)].map(([, text]) => text ?? '');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
