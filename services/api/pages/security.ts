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
 * A report carries its style with it, so that it opens from a disk too: its style is allowed by its hash, no script at
 * all.
 */
export function reportPolicy(html: string): string {
  const styles = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((found) => hashOf(found[1] ?? ''));
  const attributes = [...html.matchAll(/\sstyle="([^"]*)"/g)].map((found) => hashOf(found[1] ?? ''));
  const allowed = [...new Set([...styles, ...attributes])];
  const unsafeHashes = attributes.length > 0 ? " 'unsafe-hashes'" : '';
  return [
    "default-src 'none'",
    `style-src ${allowed.length === 0 ? "'none'" : allowed.join(' ')}${unsafeHashes}`,
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
