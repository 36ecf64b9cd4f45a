import type { AppName, Phase } from '../../shared/domain/bundle.ts';
import type { Aftermath, MigrationAttempt, RetryObservation } from '../../shared/domain/observation.ts';
import { type Observed, observed, unobserved } from '../../shared/domain/observed.ts';
import type { RepairTrial } from '../../shared/domain/recovery.ts';
import type { StatePoint } from '../../shared/domain/run.ts';
import type { DatabaseState } from '../../shared/domain/schema.ts';
import type { Clone } from '../../shared/edge/ports/clone-host.ts';
import type { RepairDraft, RepairDrafts, RepairQuestion } from '../../shared/edge/ports/repair-drafts.ts';
import { SqlError } from '../../shared/edge/ports/sql.ts';
import { gates } from '../../shared/plan/gating.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import { stateFingerprint } from '../../shared/plan/state-fingerprint.ts';
import { observeFreshCell } from '../apps/observe-cell.ts';
import type { LiveRun } from '../live-run.ts';
import { performPhases } from '../migration/perform-phases.ts';
import { readState } from '../migration/read-state.ts';
import { walkBackFromHere } from './way-back.ts';

/**
 * Where running it again did not help: SQL is drafted for the state that it left, and every draft is applied to a fork
 * of just that state. What it led to is evidence; whether it may be shown, the judge decides.
 */
export async function tryRepairs(
  run: LiveRun,
  { point, attempts, from }: DamagedPlace,
  retry: RetryObservation,
): Promise<Pick<Aftermath, 'repairs' | 'wayBack'>> {
  const phase = retry.attempts.at(-1)?.phase;
  if (phase === undefined || !retry.end.seen) return {};
  const expected = run.spec.expectedEnds[phase];
  // The control run knows no end yet: what its limits ended is looked for beyond them.
  if (expected === undefined && !attempts.some(({ oomKilled, timedOut }) => oomKilled || timedOut)) return {};
  const ended = retry.attempts.every(({ exitCode, timedOut }) => exitCode === 0 && !timedOut);
  if (ended && stateFingerprint(retry.end.value) === expected) return {};
  // A held migration lock makes no other state, and needs another way out.
  const state = `${phase} ${stateFingerprint(retry.end.value)} ${releasesOf(retry).join(' ')}`;
  return await onceForEach(run, state, () => repairsFor(run, point, { phase, expected, retry, from }));
}

interface DamagedPlace {
  readonly point: StatePoint;
  readonly attempts: readonly MigrationAttempt[];
  /** The phase whose command is run again. */
  readonly from: Phase;
}

type Repairs = Pick<Aftermath, 'repairs' | 'wayBack'>;

/** Many runs of a rehearsal end alike: what was tried on one of such states was tried on all. */
async function onceForEach(run: LiveRun, state: string, attempt: () => Promise<Repairs>): Promise<Repairs> {
  const known = run.repairsTried.get(state);
  if (known !== undefined) return await known;
  const trying = attempt();
  run.repairsTried.set(state, trying);
  try {
    return await trying;
  } catch (error) {
    run.repairsTried.delete(state);
    throw error;
  }
}

interface Damage {
  readonly phase: string;
  readonly expected: string | undefined;
  readonly retry: RetryObservation;
  readonly from: Phase;
}

async function repairsFor(run: LiveRun, point: StatePoint, damage: Damage): Promise<Repairs> {
  const { phase, expected, retry, from } = damage;
  const app = appThere(run, phase);
  const release = releasesOf(retry);
  const trials: RepairTrial[] = [];
  if (release.length > 0) {
    const { phases } = run.plan.bundle.manifest;
    const again = phases.slice(phases.indexOf(from), phases.findIndex(({ name }) => name === phase) + 1);
    const trial = await tryDraft(run, { statements: release, by: 'held migration locks' }, { point, app, again });
    trials.push(trial);
    if (leadsThere(trial, expected)) return { repairs: observed(trials) };
  }
  const drafted = await besideReference(run, damage, async (question) => {
    for (let drafts: RepairDrafts | undefined = run.repairs; drafts !== undefined; drafts = drafts.otherwise) {
      const told = await drafts.draft(question);
      for (const { statements, by } of told.slice(0, runLimits.repairDrafts)) {
        const trial = await tryDraft(run, { statements: [...release, ...statements], by }, { point, app, again: [] });
        trials.push(trial);
        if (leadsThere(trial, expected)) return true;
      }
    }
    return false;
  });
  const repairs = !drafted.seen && trials.length === 0 ? drafted : observed(trials);
  if (drafted.seen && drafted.value) return { repairs: observed(trials) };
  return { repairs, ...(await walkBackFromHere(run, retry.end)) };
}

/** A migration lock that outlived its holder: nothing of the tool goes on before it is free. */
const releasesOf = ({ end }: RetryObservation): readonly string[] =>
  end.seen ? (end.value.heldLocks ?? []).map(({ releaseSql }) => releaseSql) : [];

/** The version that has to live where this phase ends. */
const appThere = (run: LiveRun, phase: string): AppName =>
  gates(run.plan.bundle.manifest, 'next', { kind: 'after', phase }) ? 'next' : 'previous';

/** Nothing better can come after it. */
const leadsThere = ({ refused, again = [], end, cell }: RepairTrial, expected: string | undefined): boolean =>
  refused === undefined &&
  again.every(({ exitCode, timedOut }) => exitCode === 0 && !timedOut) &&
  end.seen &&
  stateFingerprint(end.value) === expected &&
  (cell === undefined || (cell.started.seen && cell.started.value && cell.probes.every((p) => p.outcome !== 'fail')));

/** The quiet way is gone once more on a clone of its own: a run sheet carries fingerprints, no schemas. */
async function besideReference<T>(
  run: LiveRun,
  { phase, expected, retry }: Damage,
  work: (question: RepairQuestion) => Promise<T>,
): Promise<Observed<T>> {
  const { phases } = run.plan.bundle.manifest;
  const tookMs = retry.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0);
  if (tookMs > runLimits.repairedMigrationMs) {
    return unobserved(
      `the migration is too long to be made once more for it (limit ${runLimits.repairedMigrationMs} ms)`,
    );
  }
  await using clone = await run.fresh();
  await using quiet = await run.on(clone);
  const wanted = phases.slice(0, phases.findIndex(({ name }) => name === phase) + 1);
  const performed = await performPhases(quiet, wanted, { limited: expected !== undefined });
  const reference = await readState(quiet, { rows: 'uncounted' });
  const elsewhere = reference.seen && expected !== undefined && stateFingerprint(reference.value) !== expected;
  if (performed.stoppedAt !== undefined || !reference.seen || elsewhere) {
    return unobserved('the quiet way was gone once more and did not end where it did before');
  }
  if (!retry.end.seen) return retry.end;
  await using session = await run.sql.connect(clone.admin, 'rehearsal/repair-reference');
  const at = { damaged: run.clone.admin, reference: clone.admin };
  return observed(await work({ expected: reference.value, actual: retry.end.value, reference: session, at }));
}

interface Trying {
  readonly point: StatePoint;
  readonly app: AppName;
  /** Phases whose command is run again once the statements are through. */
  readonly again: readonly Phase[];
}

async function tryDraft(run: LiveRun, draft: RepairDraft, { point, app, again }: Trying): Promise<RepairTrial> {
  run.signal.throwIfAborted();
  await using fork = await run.clone.fork();
  const refused = await apply(run, fork, draft);
  await using there = await run.on(fork);
  const rerun =
    refused !== undefined || again.length === 0
      ? undefined
      : await performPhases(there, again, { attemptOf: () => third });
  const end: Observed<DatabaseState> = await readState(there, { rows: 'uncounted' });
  const trial = {
    statements: draft.statements,
    draftedBy: draft.by,
    ...(rerun === undefined ? {} : { again: rerun.attempts }),
    end,
  };
  if (refused !== undefined) return { ...trial, refused };
  if (run.plan.bundle.manifest.apps === 'none') return trial;
  const fingerprint = end.seen ? observed(stateFingerprint(end.value)) : end;
  const place = { app, boot: 'fresh', point, inRun: run.spec.id, stateFingerprint: fingerprint } as const;
  return { ...trial, cell: await observeFreshCell(there, fork, place, false) };
}

/** The first start was interrupted, the second one met the lock. */
const third = 3;

/** A repair that takes longer is one to be planned, not to be pasted at night. */
const statementMsMax = 30_000;

/** As the role that migrates, one statement at a time: what is shown will be pasted so. */
async function apply(run: LiveRun, fork: Clone, { statements }: RepairDraft): Promise<RepairTrial['refused']> {
  const { user, password } = fork.migrate;
  await using session = await run.sql.connect({ ...fork.admin, user, password }, 'rehearsal/repair');
  await session.query(`SET statement_timeout = ${statementMsMax}`);
  for (const [index, sql] of statements.entries()) {
    try {
      await session.query(sql);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const sqlstate = error.sqlstate ?? '';
      return { statement: index + 1, sqlstate, message: run.redact.message(error.message, { sqlstate, sql }) };
    }
  }
  return undefined;
}
