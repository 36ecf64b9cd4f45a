import { type AppName, type Overlap, overlaps } from '../domain/bundle.ts';
import type { DeployOrder, UnsafeOrder } from '../domain/deploy-order.ts';
import type { Finding } from '../domain/finding.ts';
import { type StatePoint, stateName } from '../domain/run.ts';
import type { JudgedCell } from '../domain/verdict.ts';
import { gates } from '../plan/gating.ts';
import type { JudgeContext } from './context.ts';
import type { PathState } from './derive/expected-end.ts';
import { sameState } from './derive/same-state.ts';
import { splitOf } from './split-change.ts';

/** A way to deploy against the whole matrix, not only against the cells that the declared overlap makes gate. */
export function deployOrder(
  cells: readonly JudgedCell[],
  findings: readonly Pick<Finding, 'check' | 'severity' | 'state'>[],
  context: JudgeContext,
): DeployOrder | undefined {
  const path = context.expected?.path ?? [];
  if (context.manifest.apps === 'none' || !cells.some(({ outcome }) => outcome !== 'not-run')) return undefined;
  if (context.expected === null) return undefined;
  const mixed = findings.find(({ check, severity }) => check === 'mixed-version-data' && severity === 'blocks');
  const judged = overlaps.map((overlap) => judgeOverlap(overlap, { cells, mixed, path, context }));
  const lost = path.find(
    ({ point }) => point.kind !== 'before' && worst('previous', 'fresh', point, path, cells)?.outcome === 'fail',
  );
  const works = nextWorksFrom(path, cells, context);
  const split = lost === undefined ? [] : splitOf(path[path.indexOf(lost) - 1]?.state, lost.state);
  return {
    safe: judged.flatMap(({ overlap, broken, unseen }) => ((broken ?? unseen) === undefined ? [overlap] : [])),
    unsafe: judged.flatMap(({ broken }) => broken ?? []),
    unknown: judged.flatMap(({ overlap, broken, unseen }) =>
      broken === undefined && unseen !== undefined ? [{ overlap, because: unseen }] : [],
    ),
    ...(lost === undefined ? {} : { pointOfNoReturn: stateName(lost.point) }),
    ...(works === undefined ? {} : { nextWorksFrom: works }),
    ...(split.length === 0 ? {} : { split }),
  };
}

interface Seen {
  readonly cells: readonly JudgedCell[];
  readonly mixed: Pick<Finding, 'state'> | undefined;
  readonly path: readonly PathState[];
  readonly context: JudgeContext;
}

interface OverlapJudgement {
  readonly overlap: Overlap;
  readonly broken?: UnsafeOrder;
  readonly unseen?: string;
}

function judgeOverlap(overlap: Overlap, { cells, mixed, path, context }: Seen): OverlapJudgement {
  const manifest = { ...context.manifest, overlap };
  let unseen: string | undefined;
  for (const { point } of path) {
    for (const app of ['previous', 'next'] as const) {
      if (!gates(manifest, app, point)) continue;
      for (const boot of bootsAt(app, point)) {
        const cell = worst(app, boot, point, path, cells);
        const state = stateName(point);
        if (cell?.outcome === 'fail') {
          return { overlap, broken: { overlap, app, state, because: cell.because ?? 'it fails there' } };
        }
        // Next was started at the rollout at the earliest: whether it was kept running is known where it was due.
        const isDue = boot === 'fresh' || app === 'previous';
        if (cell?.outcome !== 'pass' && isDue) unseen ??= `${app} (${boot}) was not asked on “${state}”`;
      }
    }
  }
  if (mixed !== undefined && overlap !== 'stop-the-world') {
    const because = 'one version cannot live with what the other writes';
    return { overlap, broken: { overlap, app: 'previous', state: mixed.state ?? 'while both live', because } };
  }
  return unseen === undefined ? { overlap } : { overlap, unseen };
}

/** A version that is there from the start has no state before it on which it could have been kept running. */
const bootsAt = (app: AppName, point: StatePoint): readonly ('fresh' | 'running')[] =>
  point.kind === 'before' || (app === 'previous' && point.kind === 'after-rollback') ? ['fresh'] : ['fresh', 'running'];

const severity = { fail: 2, pass: 1, 'not-run': 0 } as const;

/** Equal states are one, under any of their names. */
function worst(
  app: AppName,
  boot: 'fresh' | 'running',
  point: StatePoint,
  path: readonly PathState[],
  cells: readonly JudgedCell[],
): JudgedCell | undefined {
  const here = path.find((place) => stateName(place.point) === stateName(point));
  const names = new Set(
    path
      .filter((place) => here !== undefined && sameState(place.state, here.state))
      .map((place) => stateName(place.point)),
  );
  return cells
    .filter((cell) => cell.app === app && cell.boot === boot && names.has(cell.state))
    .toSorted((left, right) => severity[right.outcome] - severity[left.outcome])[0];
}

/** The end of a phase from which on next works, where it did not at an earlier one on which it has to live. */
function nextWorksFrom(
  path: readonly PathState[],
  cells: readonly JudgedCell[],
  { manifest }: JudgeContext,
): string | undefined {
  const ends = path.filter(({ point }) => point.kind === 'after' && gates(manifest, 'next', point));
  const outcomes = ends.map(({ point }) => worst('next', 'fresh', point, path, cells)?.outcome);
  const lastFailure = outcomes.lastIndexOf('fail');
  const works = ends[lastFailure + 1];
  if (lastFailure < 0 || works === undefined || outcomes[lastFailure + 1] !== 'pass') return undefined;
  return works.point.kind === 'after' ? works.point.phase : undefined;
}
