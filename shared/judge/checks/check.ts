import type { AppName } from '../../domain/bundle.ts';
import type { CheckOutcome, Finding, Severity } from '../../domain/finding.ts';
import type { RunResult, Weakness } from '../../domain/observation.ts';
import type { ReadingName, Readings } from '../collect-evidence.ts';
import type { JudgeContext } from '../context.ts';

/** One thing that a check found in some runs; drafts of one identity become one finding. */
export interface Draft {
  /** Absent: the check's own. A draft may be milder than its check, never more severe. */
  readonly severity?: 'warns' | undefined;
  readonly title: string;
  readonly summary: string;
  readonly runs: readonly RunResult[];
  readonly phase?: string | undefined;
  readonly ordinal?: number | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly relation?: string | undefined;
  readonly app?: AppName | undefined;
  readonly state?: string | undefined;
  /** Numbers and names that belong to the finding, as plain JSON. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly remedy: Finding['remedy'];
}

/** A hazard as data and one pure function of declared evidence. */
export interface CheckDefinition<Needs extends ReadingName, Uses extends ReadingName> {
  readonly id: string;
  readonly title: string;
  /** Why a person on call cares. */
  readonly why: string;
  /** How it weighs what it finds, where one number or another decides over its severity. */
  readonly rule?: string;
  /** The incident that shows it. */
  readonly incident?: string;
  readonly severity: Severity;
  /** Readings without which it can clear nothing. */
  readonly needs: readonly Needs[];
  /** Readings it looks at where they are. */
  readonly uses?: readonly Uses[];
  /** Parts of a run that have to be sound. */
  readonly parts: readonly Weakness['part'][];
  /** Why the question does not arise for this bundle. */
  notApplicable?(context: JudgeContext): string | undefined;
  find(readings: Pick<Readings, Needs | Uses>, context: JudgeContext): readonly Draft[];
  /** What else it would have had to see to be sure. */
  lacks?(readings: Pick<Readings, Needs | Uses>, context: JudgeContext): readonly string[];
}

export interface Check extends Omit<CheckDefinition<ReadingName, ReadingName>, 'find' | 'lacks' | 'notApplicable'> {
  run(readings: Readings, context: JudgeContext): CheckResult;
}

export interface CheckResult {
  readonly outcome: CheckOutcome;
  readonly drafts: readonly Draft[];
}

export function defineCheck<const Needs extends ReadingName, const Uses extends ReadingName = never>(
  definition: CheckDefinition<Needs, Uses>,
): Check {
  const { id, needs, uses = [], parts } = definition;
  return {
    ...definition,
    run(readings, context) {
      const own = pick(readings, [...needs, ...uses]) as Pick<Readings, Needs | Uses>;
      try {
        const reason = definition.notApplicable?.(context);
        if (reason !== undefined) return { outcome: { id, outcome: 'not-applicable', reason }, drafts: [] };
        const drafts = definition.find(own, context);
        const lacks = [...lackingIn(readings, needs, parts), ...(definition.lacks?.(own, context) ?? [])];
        return { outcome: outcomeOf(definition, drafts, [...new Set(lacks)]), drafts };
      } catch (error) {
        const reason = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
        return { outcome: { id, outcome: 'broken', reason }, drafts: [] };
      }
    },
  };
}

/** What is missing cannot be cleared, and a mere warning must not hide that something is missing. */
function outcomeOf(
  { id, severity }: { readonly id: string; readonly severity: Severity },
  drafts: readonly Draft[],
  lacks: readonly string[],
): CheckOutcome {
  const worst = drafts.some((draft) => draft.severity === undefined);
  if (worst || (drafts.length > 0 && (severity === 'warns' || lacks.length === 0)))
    return { id, outcome: 'found', ...(lacks.length === 0 ? {} : { alsoLacks: lacks }) };
  if (lacks.length > 0) return { id, outcome: 'undetermined', reason: lacks.join('; ') };
  return { id, outcome: 'clear' };
}

function lackingIn(
  readings: Readings,
  needs: readonly ReadingName[],
  parts: readonly Weakness['part'][],
): readonly string[] {
  return needs.flatMap((name) => {
    const { runs, missing, unplanned } = readings[name];
    const weak = runs.flatMap((run) =>
      run.weaknesses.filter(({ part }) => parts.includes(part)).map(({ because }) => `${run.spec.id}: ${because}`),
    );
    return [...missing, ...unplanned, ...weak];
  });
}

function pick(readings: Readings, names: readonly ReadingName[]): Partial<Readings> {
  return Object.fromEntries(names.map((name) => [name, readings[name]]));
}
