import type { AppName, Probe } from '../../shared/domain/bundle.ts';
import type { RunId } from '../../shared/domain/ids.ts';
import type { CellObservation, ProbeObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed } from '../../shared/domain/observed.ts';
import type { StatePoint } from '../../shared/domain/run.ts';
import type { Clone } from '../../shared/edge/ports/clone-host.ts';
import type { TappedStatement } from '../../shared/edge/ports/tap.ts';
import { normalizeSql } from '../../shared/plan/normalize-sql.ts';
import type { LiveRun } from '../live-run.ts';
import { lastLines } from '../migration/last-lines.ts';
import { askProbe } from './ask-probe.ts';
import { observeWorkers } from './observe-workers.ts';
import { sqlErrorsOf } from './sql-errors.ts';
import { type RunningApp, startApp } from './start-app.ts';
import { type Background, startWorkers } from './start-workers.ts';

export interface CellPlace {
  readonly app: AppName;
  readonly boot: 'running' | 'fresh';
  readonly point: StatePoint;
  readonly inRun?: RunId;
  readonly stateFingerprint: Observed<string>;
}

/** What else is read out of the statements that a version sent, before it is stopped. */
export type Reading = (statements: readonly TappedStatement[]) => Promise<Partial<CellObservation>>;

/**
 * Starts a version on a clone of a state, asks it every probe, lets its background processes live beside it, and stops
 * all. They come last: what they do to the version's answers in the long run is the question of a steady state.
 */
export async function observeFreshCell(
  run: LiveRun,
  clone: Clone,
  place: CellPlace,
  twice: boolean,
  reading: Reading = async () => ({}),
): Promise<CellObservation> {
  await using app = await startApp(run, clone, place.app);
  const accessLog: string[] = [];
  const first = app.ready ? await askAll(run, clone, app, accessLog, () => true) : [];
  const again = app.ready && twice ? await askAll(run, clone, app, accessLog, () => true) : undefined;
  await using background = app.ready ? await startWorkers(run, place.app, clone) : nobody();
  const workers = await observeWorkers(run, background);
  const said = [app, ...background.workers].flatMap(({ tap }) => tap.statements());
  return {
    ...cellOf(run, app, place, first, accessLog, 0, again),
    ...(workers.length === 0 ? {} : { workers }),
    ...(await reading(said)),
  };
}

/** A version that is not there has no background processes. */
const nobody = (): Background => ({ workers: [], [Symbol.asyncDispose]: async () => undefined });

/** What a version answered, with the SQL errors and the statements that its tap saw since `sinceOrdinal`. */
export function cellOf(
  run: LiveRun,
  app: RunningApp,
  place: CellPlace,
  probes: readonly ProbeObservation[],
  accessLog: readonly string[],
  sinceOrdinal: number,
  again?: readonly ProbeObservation[],
): CellObservation {
  const statements = app.tap.statements().filter((statement) => statement.ordinal > sinceOrdinal);
  const { stdout, stderr } = app.process.output();
  const endedByItself = app.ready ? app.endedWith() : undefined;
  return {
    ...place,
    started: observed(app.ready),
    probes,
    ...(again === undefined ? {} : { again }),
    sqlErrors: sqlErrorsOf(run, statements),
    writes: writesOf(statements),
    ...(endedByItself === undefined ? {} : { endedByItself }),
    statements: statements.length,
    process: { pid: app.process.pid, startedAt: app.process.startedAt.toISOString() },
    accessLog: [...accessLog],
    logTail: lastLines(`${stdout}\n${stderr}`).map((line) => run.redact.output(line)),
  };
}

/** Asks the probes that are meant for this version and that `which` lets through, in the manifest's order. */
export async function askAll(
  run: LiveRun,
  clone: Clone,
  app: RunningApp,
  accessLog: string[],
  which: (probe: Probe) => boolean,
): Promise<readonly ProbeObservation[]> {
  const answers: ProbeObservation[] = [];
  for (const probe of run.plan.bundle.manifest.probes) {
    if (!probe.for.includes(app.name) || !which(probe)) continue;
    run.signal.throwIfAborted();
    answers.push(await askProbe(app, clone, probe, accessLog));
  }
  return answers;
}

/** Enough to name who writes a table. */
const writesKept = 100;

/** Shapes of the statements that changed rows. */
export function writesOf(
  statements: readonly { readonly sql: string; readonly commandTag: string; readonly rows: number }[],
): readonly string[] {
  const shapes = statements
    .filter(({ commandTag, rows }) => rows > 0 && /^(INSERT|UPDATE|DELETE|MERGE)\b/.test(commandTag))
    .map(({ sql }) => normalizeSql(sql));
  return [...new Set(shapes)].sort().slice(0, writesKept);
}
