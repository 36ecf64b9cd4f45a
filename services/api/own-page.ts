import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a page of this very service made the browser send this. Browsers say where a request comes from and let no
 * page change it: `Sec-Fetch-Site` towards HTTPS and this machine, `Origin` with everything that may change something.
 * What says neither is no browser of today, and is not believed. https://cheatsheetseries.owasp.org has it under
 * "Cross-Site Request Forgery Prevention".
 */
export function fromOwnPage({ headers }: { readonly headers: IncomingHttpHeaders }): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host } = headers;
  if (origin === undefined) return site === 'same-origin';
  return URL.canParse(origin) && new URL(origin).host === host;
}
