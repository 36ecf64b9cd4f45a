import type { Report } from '../../../../shared/domain/report.ts';
import { printable } from '../../../../shared/report/words.ts';

/** What a check is about, whatever it found. */
export interface CheckWords {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly incident: string | null;
}

export interface EmbeddedReport {
  /** For the eye: what could make a text read otherwise than it is was replaced. */
  readonly report: Report;
  readonly checks: ReadonlyMap<string, CheckWords>;
  /** As it was stored, for who takes it away. */
  readonly source: string;
}

/** The report that this page was made for. */
export function embeddedReport(page: Document): EmbeddedReport {
  const text = (id: string) => page.getElementById(id)?.textContent ?? '';
  const source = text('report');
  const checks = JSON.parse(text('checks')) as readonly CheckWords[];
  return {
    report: inert(JSON.parse(source)) as Report,
    checks: new Map(checks.map((check) => [check.id, check])),
    source,
  };
}

const harmless = /^[\x20-\x7e\n\t]*$/;
/** A text of this length is a novel: report.json has all of it. */
const charactersMax = 100_000;

/** Every text of a stranger without control characters, half surrogates and direction overrides, names included. */
export function inert(value: unknown): unknown {
  if (typeof value === 'string') return harmless.test(value) ? cut(value) : printable(cut(value));
  if (Array.isArray(value)) return value.map(inert);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [inert(key), inert(inner)]));
}

const cut = (text: string): string =>
  text.length > charactersMax ? `${text.slice(0, charactersMax).replace(/[\ud800-\udbff]$/, '')} …` : text;
