import type { AppName } from '../../domain/bundle.ts';
import type { MixedTurn } from '../../domain/mixed.ts';
import type { RunResult } from '../../domain/observation.ts';
import { type StatePoint, stateName } from '../../domain/run.ts';
import { mixedNotDue } from '../../plan/mixed-due.ts';
import { isOutage, type Suspect, suspectsIn } from '../../plan/mixed-suspects.ts';
import { stateFingerprint } from '../../plan/state-fingerprint.ts';
import type { JudgeContext } from '../context.ts';

/** Why the versions never meet what the other wrote. */
export const neverMixed = ({ manifest }: JudgeContext): string | undefined => mixedNotDue(manifest);

/** What one version no longer answers on one state once the other has written. */
export interface UnreadWrites {
  readonly run: RunResult;
  readonly point: StatePoint;
  readonly reader: AppName;
  readonly writer: AppName;
  readonly suspects: readonly Suspect[];
  /** The writer answers the same itself, or the reader breaks over it: a wrong answer alone may be a changed fact. */
  readonly isCertain: boolean;
}

/** Failures behind the other's writes that neither version has when it is asked as often by itself. */
export function unreadWrites(runs: readonly RunResult[], context: JudgeContext): readonly UnreadWrites[] {
  return runs.flatMap((run) => {
    const { mixed } = run;
    if (mixed === undefined || !isThere(run, context) || mixed.alone?.seen !== true) return [];
    const alone = mixed.alone.value;
    const unexplained = suspectsOf(run).filter((suspect) => !isExplained(suspect, alone));
    return (['previous', 'next'] as const).flatMap((reader) => {
      const suspects = unexplained.filter((suspect) => suspect.reader === reader);
      const [first] = suspects;
      if (first === undefined) return [];
      const isCertain = suspects.some((suspect) => isOutage(suspect.probe.detail) || answersItself(suspect, alone));
      return [{ run, point: mixed.point, reader, writer: first.writer, suspects, isCertain }];
    });
  });
}

/** What of these runs proves nothing, each with the reason. */
export function unseenWrites(runs: readonly RunResult[], context: JudgeContext): readonly string[] {
  return runs.flatMap((run) => {
    const { mixed, spec } = run;
    if (mixed === undefined) return run.weaknesses.length > 0 ? [] : [`${spec.id}: the versions were not asked`];
    if (mixed.notStarted.length > 0) return [`${spec.id}: ${mixed.notStarted.join(' and ')} did not start there`];
    if (!isThere(run, context)) return [`${spec.id}: another state was reached than in the control run`];
    const silent = (['previous', 'next'] as const).filter((app) => isSilent(app, mixed.turns));
    if (silent.length > 0) return [`${spec.id}: ${silent.join(' and ')} answered without asking the database anything`];
    if (suspectsOf(run).length === 0 || mixed.alone?.seen === true) return [];
    return [`${spec.id}: ${mixed.alone?.why ?? 'nobody asked each version alone'}`];
  });
}

const isSilent = (app: AppName, turns: readonly MixedTurn[]): boolean =>
  turns.every((turn) => turn.app !== app || turn.statements === 0);

const suspectsOf = ({ mixed, spec }: RunResult): readonly Suspect[] =>
  spec.scenario === 'compatibility' && mixed !== undefined ? suspectsIn(mixed.turns, spec.askOnce) : [];

/** The versions were asked on the state that was meant. */
function isThere({ mixed }: RunResult, { expected }: JudgeContext): boolean {
  if (mixed === undefined) return false;
  const { point, stateFingerprint: seen } = mixed;
  const meant = expected?.path.find((place) => stateName(place.point) === stateName(point));
  return meant === undefined || (seen.seen && seen.value === stateFingerprint(meant.state));
}

/**
 * Its own second answer fails as well, or that of the version which wrote: then the facts changed, as they should, and
 * nobody misread them. A version that breaks where these merely answer otherwise is not explained by it.
 */
function isExplained({ reader, writer, probe }: Suspect, alone: readonly MixedTurn[]): boolean {
  const [first, second] = answersTo(probe.name, reader, alone);
  if (first?.outcome !== 'pass' || second === undefined) return true;
  const [, writers] = answersTo(probe.name, writer, alone);
  return [second, writers].some(
    (answer) => answer?.outcome === 'fail' && (isOutage(answer.detail) || !isOutage(probe.detail)),
  );
}

const answersItself = ({ writer, probe }: Suspect, alone: readonly MixedTurn[]): boolean =>
  answersTo(probe.name, writer, alone).some((answer) => answer?.outcome === 'pass');

const answersTo = (name: string, app: AppName, alone: readonly MixedTurn[]) =>
  alone.filter((turn) => turn.app === app).map(({ probes }) => probes.find((probe) => probe.name === name));
