import type { InvariantObservation, RunResult } from '../../domain/observation.ts';
import { type StatePoint, stateName } from '../../domain/run.ts';
import type { JudgeContext } from '../context.ts';
import { listed } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** What the team declared to hold is asked after each phase of the quiet run, and after the rollback. */
export const violatedInvariant = defineCheck({
  id: 'violated-invariant',
  title: 'A declared invariant does not hold',
  why: 'Every statement succeeded and the data is wrong: nobody notices until it is read.',
  incident: 'stale-class-name',
  severity: 'blocks',
  needs: ['control', 'rollback'],
  uses: ['secondStart'],
  parts: ['migration'],
  notApplicable: ({ manifest }) => (manifest.invariants.length === 0 ? 'the bundle declares no invariants' : undefined),
  find: ({ control, rollback, secondStart }, context) =>
    [...control.runs, ...rollback.runs, ...secondStart.runs].flatMap((run) =>
      Map.groupBy(run.invariants.filter(isViolated), ({ point }) => stateName(point))
        .entries()
        .map(([state, violated]) => draftOf(run, state, violated, context))
        .toArray(),
    ),
  lacks: ({ control, rollback }, context) => [
    ...control.runs.flatMap((run) => unasked(run, context)),
    ...rollback.runs.flatMap((run) => unaskedAfterRollback(run, context)),
  ],
});

const isViolated = ({ holds }: InvariantObservation): boolean => holds.seen && !holds.value;

function draftOf(
  run: RunResult,
  state: string,
  violated: readonly InvariantObservation[],
  { manifest }: JudgeContext,
): Draft {
  const names = violated.map(({ name }) => name);
  const point = violated[0]?.point;
  const asked = manifest.invariants.find(({ name }) => name === names[0]);
  return {
    title: `${listed(
      names.map((name) => `“${name}”`),
      3,
    )} does not hold ${state}`,
    summary: `On ${whereOf(run)}, ${state}, ${listed(names.map((name) => `“${name}”`))} gave another answer than ${asked?.expect.kind === 'is' ? `“${asked.expect.value}”` : 'before the first phase'}.`,
    runs: [run],
    phase: point?.kind === 'after' || point?.kind === 'inside' ? point.phase : undefined,
    state,
    facts: { invariants: names },
    remedy: {
      text: 'Migrate the rows that it counts before this phase ends. To see them:',
      ...(asked === undefined ? {} : { sql: `${asked.sql.trim().replace(/;$/, '')};` }),
    },
  };
}

function whereOf({ spec }: RunResult): string {
  if (spec.scenario === 'rollback') return `the way back from ${spec.after}`;
  return spec.scenario === 'contention' ? 'the run that was started twice at once' : 'the quiet run';
}

/** Each is due after its phase, or after every phase; a phase that failed is a finding of its own. */
function unasked(run: RunResult, { manifest }: JudgeContext): readonly string[] {
  const done = manifest.phases.filter(({ name }) => run.attempts.some((a) => a.phase === name && a.exitCode === 0));
  return done.flatMap(({ name: phase }) =>
    manifest.invariants
      .filter(({ after }) => after === undefined || after === phase)
      .flatMap(({ name }) => unanswered(run, name, { kind: 'after', phase })),
  );
}

/** A rollback that failed is a finding of its own, and only the quiet ones are asked. */
function unaskedAfterRollback(run: RunResult, { manifest }: JudgeContext): readonly string[] {
  if (run.spec.scenario !== 'rollback' || run.spec.stress !== undefined) return [];
  if (!run.states.some(({ point }) => point.kind === 'after-rollback')) return [];
  return manifest.invariants
    .filter(({ after }) => after === undefined)
    .flatMap(({ name }) => unanswered(run, name, { kind: 'after-rollback' }));
}

function unanswered(run: RunResult, name: string, point: StatePoint): readonly string[] {
  const place = stateName(point);
  const holds = run.invariants.find((asked) => asked.name === name && stateName(asked.point) === place)?.holds;
  if (holds?.seen) return [];
  return [`“${name}” was not answered ${place}${holds === undefined ? '' : `: ${holds.why}`}`];
}
