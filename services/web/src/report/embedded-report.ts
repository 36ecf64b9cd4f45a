import type { Report } from '../../../../shared/domain/report.ts';
import { printable } from '../../../../shared/report/words.ts';

export interface EmbeddedReport {
  /** For the eye: what could make a text read otherwise than it is was replaced. */
  readonly report: Report;
  /** As it was stored, for who takes it away. */
  readonly source: string;
}

/** The report that this page was made for. */
export function embeddedReport(page: Document): EmbeddedReport {
  const source = page.getElementById('report')?.textContent ?? '';
  return { report: inert(JSON.parse(source)) as Report, source };
}

const harmless = /^[\x20-\x7e\n\t]*$/;

/** Every text of a stranger without control characters, half surrogates and direction overrides, names included. */
export function inert(value: unknown): unknown {
  if (typeof value === 'string') return harmless.test(value) ? value : printable(value);
  if (Array.isArray(value)) return value.map(inert);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [inert(key), inert(inner)]));
}
