import type { IncomingHttpHeaders } from 'node:http';
import type { ProbeExpectation } from '../../shared/domain/bundle.ts';

/** What is not as expected, in words without values; undefined: all is. */
export function difference(expect: ProbeExpectation, status: number, text: string): string | undefined {
  const right = expect.status === undefined ? status >= 200 && status < 300 : expect.status.includes(status);
  if (!right) return `status ${status}, expected ${expect.status === undefined ? '2xx' : expect.status.join(' or ')}`;
  if (expect.text !== undefined && !text.includes(expect.text))
    return `status ${status}, the expected text is not in the body`;
  if (expect.json !== undefined) {
    const body = parse(text);
    if (!body.ok) return `status ${status}, the body is not JSON`;
    const path = subsetDifference(expect.json, body.value, 'json');
    if (path !== undefined) return `status ${status}, ${path} is not as expected`;
  }
  return undefined;
}

/** `json.a.b` or `header.name` of an answer, as text. */
export function pick(source: string, text: string, headers: IncomingHttpHeaders): string | undefined {
  if (source.startsWith('header.')) {
    const value = headers[source.slice('header.'.length).toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }
  const body = parse(text);
  if (!body.ok) return undefined;
  let value: unknown = body.value;
  for (const key of source.split('.').slice(1)) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value === undefined || value === null
    ? undefined
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

/** Objects by key, arrays by equal length and element-wise subset, scalars by equality (CONTRACT 1.6). */
export function subsetDifference(expected: unknown, actual: unknown, path: string): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return path;
    return firstOf(expected.map((item, index) => subsetDifference(item, actual[index], `${path}[${index}]`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null || Array.isArray(actual)) return path;
    const fields = actual as Record<string, unknown>;
    return firstOf(
      Object.entries(expected).map(([key, item]) => subsetDifference(item, fields[key], `${path}.${key}`)),
    );
  }
  return expected === actual ? undefined : path;
}

const firstOf = (paths: readonly (string | undefined)[]): string | undefined =>
  paths.find((path) => path !== undefined);

function parse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false };
    throw error;
  }
}
