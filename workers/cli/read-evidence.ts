import { readFile } from 'node:fs/promises';
import type { Evidence } from '../../shared/domain/observation.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { scenarios } from '../../shared/domain/run.ts';

/** Reads what `--out` once wrote. Throws RehearsalError fault `bundle` for a file that holds no evidence. */
export async function readEvidence(path: string): Promise<Evidence> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const why = code === 'ENOENT' ? 'it is not there' : code === 'EISDIR' ? 'it is a directory' : code;
    throw unreadable(`${path} cannot be read: ${why}`, cause);
  });
  const value = parse(path, text);
  const lacks = lackOf(value);
  if (lacks !== undefined) throw unreadable(`${path} ${lacks}`);
  return value as Evidence;
}

/** A file that looks like evidence and breaks the judge was changed, or written by another version. */
export function judged<T>(path: string, judging: () => T): T {
  try {
    return judging();
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw unreadable(`${path} cannot be judged: it is damaged or of another version (${why})`, cause);
  }
}

function unreadable(detail: string, cause?: unknown): RehearsalError {
  const remedy = 'give the evidence.json that `rehearse run --out` wrote, as it was written';
  return new RehearsalError('bundle', 'unreadable-evidence', detail, remedy, { cause });
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(`${path} is not JSON, or was cut short`, cause);
  }
}

type Fields = Readonly<Record<string, unknown>>;
type Kind = 'text' | 'number' | 'object' | 'list';

/** What every evidence of this version has, so far as a verdict could be wrong without it. */
const parts: Readonly<Record<string, Kind>> = {
  rehearsalId: 'text',
  seed: 'number',
  startedAt: 'text',
  durationMs: 'number',
  bundle: 'object',
  rules: 'object',
  snapshot: 'object',
  host: 'object',
  planned: 'list',
  runs: 'list',
  notTested: 'list',
  leftOut: 'list',
};
const partsOfBundle: Readonly<Record<string, Kind>> = {
  digest: 'text',
  manifest: 'object',
  statements: 'list',
  appDigests: 'object',
};
const partsOfRun: Readonly<Record<string, Kind>> = {
  spec: 'object',
  outcome: 'text',
  attempts: 'list',
  before: 'object',
  states: 'list',
  end: 'object',
  lockWaits: 'list',
  cells: 'list',
  invariants: 'list',
  serverLog: 'list',
  backendsOomKilled: 'number',
  weaknesses: 'list',
};

function lackOf(value: unknown): string | undefined {
  if (!isFields(value)) return 'is no evidence';
  if ('reportVersion' in value) return 'is a report: the evidence that it was judged from is evidence.json beside it';
  if (!('evidenceVersion' in value)) return 'is no evidence';
  if (value.evidenceVersion !== 1) {
    return `is evidence of version ${JSON.stringify(value.evidenceVersion)?.slice(0, 40)}; this program reads version 1`;
  }
  const runs = Array.isArray(value.runs) ? value.runs : [];
  const planned = Array.isArray(value.planned) ? value.planned : [];
  const lacks = [
    ...lacking(value, parts, ''),
    ...lacking(value.bundle, partsOfBundle, 'bundle.'),
    ...runs.flatMap((run, index) => lacking(run, partsOfRun, `runs[${index}].`)),
    ...planned.flatMap((spec, index) => (isSpec(spec) ? [] : [`planned[${index}] is no run`])),
    ...runs.flatMap((run, index) => (isFields(run) && isSpec(run.spec) ? [] : [`runs[${index}].spec is no run`])),
  ];
  const [first, ...others] = lacks;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return first === undefined ? undefined : `is damaged or of another version: ${first}${more}`;
}

function lacking(value: unknown, kinds: Readonly<Record<string, Kind>>, path: string): string[] {
  if (!isFields(value)) return path === '' ? [] : [`${path.slice(0, -1)} is no object`];
  return Object.entries(kinds).flatMap(([name, kind]) =>
    is(value[name], kind) ? [] : [`${path}${name} is no ${kind}`],
  );
}

function is(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'list':
      return Array.isArray(value);
    case 'object':
      return isFields(value);
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSpec = (value: unknown): boolean =>
  isFields(value) && typeof value.id === 'string' && scenarios.some((scenario) => scenario === value.scenario);
