import { createHash } from 'node:crypto';

/** Pages of ours: our own style sheet and script file, nothing inline, nothing foreign. */
export const pagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A report carries its style and script with it, so that it opens from a disk too: each is allowed by its hash, nothing
 * else is.
 */
export function reportPolicy(html: string): string {
  const styles = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((found) => hashOf(found[1] ?? ''));
  const scripts = [...html.matchAll(/<script type="module"[^>]*>([\s\S]*?)<\/script>/g)].map((found) =>
    hashOf(found[1] ?? ''),
  );
  const attributes = [...html.matchAll(/\sstyle="([^"]*)"/g)].map((found) => hashOf(found[1] ?? ''));
  const allowed = [...new Set([...styles, ...attributes])];
  const unsafeHashes = attributes.length > 0 ? " 'unsafe-hashes'" : '';
  return [
    "default-src 'none'",
    `script-src ${scripts.length === 0 ? "'none'" : scripts.join(' ')}`,
    `style-src ${allowed.length === 0 ? "'none'" : allowed.join(' ')}${unsafeHashes}`,
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** As a policy names an inline script or style. */
export const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
