import type { SourceStatement } from '../domain/bundle.ts';
import type { Finding } from '../domain/finding.ts';
import type { Hint, StaticHint } from '../domain/hint.ts';
import type { Report, ReportStatement } from '../domain/report.ts';
import { whyNotObserved } from './hint-reasons.ts';
import { type Danger, dangerOf } from './hint-rules.ts';
import { counted, formatMs } from './words.ts';

export interface HintSources {
  readonly hints: readonly StaticHint[];
  readonly statements: readonly SourceStatement[];
  /** SQL files of each phase, in the manifest's order. */
  readonly phases: readonly { readonly name: string; readonly files: readonly string[] }[];
}

type Judged = Pick<Report, 'runs' | 'findings' | 'compatibility' | 'checks'>;

/** What was read beside what was seen: confirmed, not observed, and observed though nothing had been said of it. */
export function joinHints(report: Judged, sources: HintSources): readonly Hint[] {
  const predicted = sources.hints.map((hint) => join(report, sources, hint));
  const said = new Set(sources.hints.map((hint) => placeOf(sources, hint)));
  return [...predicted, ...surprises(report, sources, said)];
}

function join(report: Judged, sources: HintSources, hint: StaticHint): Hint {
  const danger = dangerOf(hint.rule);
  const { file, line, rule, message } = hint;
  return { file, line, rule, message, ...answer(report, sources, hint, danger) };
}

function answer(
  report: Judged,
  sources: HintSources,
  hint: StaticHint,
  danger: Danger,
): Pick<Hint, 'status' | 'because'> {
  const finding = confirming(report, sources, hint, danger);
  if (finding !== undefined) return { status: 'confirmed', because: `${finding.check}: ${finding.title}` };
  if (danger.kind === 'style') return { status: 'not-looked', because: 'it speaks of style, which no rehearsal shows' };
  const seen = seenOf(report, sources, hint);
  if (seen.length === 0) return { status: 'not-looked', because: 'no run of the rehearsal reached this statement' };
  const rewrote = seen.flatMap((statement) => statement.rewrote)[0];
  if (danger.kind === 'lock' && danger.rewrites && rewrote !== undefined) {
    return { status: 'confirmed', because: `it rewrote ${rewrote} in ${formatMs(longestOf(seen))}` };
  }
  const because = whyNotObserved(report, danger, seen);
  return because === undefined
    ? { status: 'not-looked', because: 'what would show it was not looked at' }
    : { status: 'not-observed', because };
}

/** A finding of that kind at the statement; one that knows no statement counts for its whole phase. */
function confirming(report: Judged, sources: HintSources, hint: StaticHint, danger: Danger): Finding | undefined {
  const place = placeOf(sources, hint);
  const phase = sources.phases.find(({ files }) => files.includes(hint.file))?.name;
  const alike = report.findings.filter(({ check }) => danger.checks.includes(check));
  return (
    alike.find((finding) => finding.file !== undefined && `${finding.file}:${finding.line}` === place) ??
    alike.find((finding) => finding.file === undefined && finding.phase === phase && danger.kind !== 'lock')
  );
}

/** Where the statement begins that the hint points into. */
function placeOf({ statements }: HintSources, hint: Pick<StaticHint, 'file' | 'line' | 'endLine'>): string {
  const around = statements.filter(
    ({ file, line, endLine }) => file === hint.file && line <= hint.endLine && (endLine ?? line) >= hint.line,
  );
  return `${hint.file}:${around.at(-1)?.line ?? hint.line}`;
}

function seenOf({ runs }: Judged, sources: HintSources, hint: StaticHint): readonly ReportStatement[] {
  const place = placeOf(sources, hint);
  return runs
    .flatMap(({ migration }) => migration)
    .flatMap(({ statements }) => statements.filter(({ file, line }) => `${file}:${line}` === place));
}

const longestOf = (seen: readonly ReportStatement[]): number =>
  seen.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0);

/** Blocking findings at statements of which the linter said nothing: reading alone would have let them pass. */
function surprises({ findings }: Judged, { phases }: HintSources, said: ReadonlySet<string>): readonly Hint[] {
  const files = new Set(phases.flatMap((phase) => phase.files));
  const silent = findings.filter(
    ({ severity, file, line }) =>
      severity === 'blocks' && file !== undefined && files.has(file) && !said.has(`${file}:${line}`),
  );
  return [...Map.groupBy(silent, ({ check, file, line }) => JSON.stringify([check, file, line])).values()].flatMap(
    ([first, ...others]) => {
      if (first?.file === undefined) return [];
      const more = others.length === 0 ? '' : ` (and ${counted(others.length, 'more finding')})`;
      return [
        {
          file: first.file,
          line: first.line ?? 1,
          rule: first.check,
          message: `${first.title}${more}`,
          status: 'not-predicted' as const,
          because: 'the rehearsal showed it; the linter says nothing of this statement',
        },
      ];
    },
  );
}
