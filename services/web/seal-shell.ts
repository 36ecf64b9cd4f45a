import { createHash } from 'node:crypto';

const place = '<meta name="policy" content="here">';
const script = /<script type="module"[^>]*>([\s\S]*?)<\/script>/g;

/** Names the page's own script by its hash in the page's policy: no other script runs in it, wherever it is opened. */
export function sealShell(html: string): string {
  const hashes = [...html.matchAll(script)].map(
    ([, text]) =>
      `'sha256-${createHash('sha256')
        .update(text ?? '')
        .digest('base64')}'`,
  );
  if (hashes.length === 0) throw new Error('the built page has no script inside');
  if (!html.includes(place)) throw new Error('the page does not say where its policy goes');
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    // The charts place their marks by attributes and by script, the static page inside by its own style sheet.
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html.replace(place, () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}
