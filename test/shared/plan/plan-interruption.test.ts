import { expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { InterruptionRun } from '../../../shared/domain/run.ts';
import type { DatabaseState } from '../../../shared/domain/schema.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { runLimits } from '../../../shared/plan/limits.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { stateFingerprint } from '../../../shared/plan/state-fingerprint.ts';
import { at, attemptOf, controlOf, planOf, statementOf, stateOf } from '../../support/run-results.ts';

const alone = (ordinal: number, committed: number, changes: Partial<StatementObservation> = {}) =>
  statementOf(ordinal, { transaction: null, statusAfter: 'I', committed, ...changes });

const inside = (committed: number, state: DatabaseState) =>
  at({ kind: 'inside', phase: 'pre-deploy', committed }, state);
const after = (state: DatabaseState) => at({ kind: 'after', phase: 'pre-deploy' }, state);

function controlWith(statements: readonly StatementObservation[], states: RunResult['states'] = []): RunResult {
  return controlOf({ attempts: [attemptOf('pre-deploy', statements)], states });
}

function tracedOf(control: RunResult, statements: readonly StatementObservation[]): RunResult {
  const spec = { ...control.spec, id: 'control-traced', limits: 'traced' } as unknown as RunResult['spec'];
  return controlOf({ spec, attempts: [attemptOf('pre-deploy', statements)] });
}

function sheetOf(control: RunResult, traced = tracedOf(control, [])) {
  const { runs, notTested } = planRuns(planOf(), [control, traced]);
  const interruptions = runs.filter((run): run is InterruptionRun => run.scenario === 'interruption');
  return { interruptions, ids: interruptions.map(({ id }) => id.replace('interruption-pre-deploy-', '')), notTested };
}

const before = stateOf(['public.alerts']);
const changed = stateOf(['public.alerts'], 'changed');
const recorded: DatabaseState = {
  ...changed,
  ledgers: [{ relation: 'public.ledger', tool: 'named', entries: [{ version: '1', dirty: false }] }],
};

test('the command is killed at every boundary, every other kind is tried once, and what was pruned is listed', () => {
  const { ids, notTested } = sheetOf(controlWith([alone(1, 1), alone(2, 2, { durationMs: 90 }), alone(3, 3)]));
  expect(ids).toEqual(['1', '2', '3', '2-cut-connection', '2-kill-backend-before', '2-kill-server']);
  expect(notTested.map(({ what }) => what)).toContain('a server session killed for memory');
});

test('a session is killed as for memory where something is built, written anew or changed, before that is committed', () => {
  const built = [{ kind: 'index' as const, name: 'public.i', relation: 'public.alerts' }];
  const control = controlWith([alone(1, 1, { built }), alone(2, 2, { durationMs: 90 })], [inside(1, changed)]);
  const { interruptions, notTested } = sheetOf(control);
  const killed = interruptions.filter(({ cut }) => cut === 'out-of-memory');
  expect(killed).toMatchObject([{ moment: 'before', ordinal: 1, expectedState: stateFingerprint(before) }]);
  expect(notTested.map(({ what }) => what)).not.toContain('a server session killed for memory');
});

test('what lies between DDL and its ledger row is preferred to what takes longest', () => {
  const statements = [alone(1, 1, { durationMs: 90 }), alone(2, 2), alone(3, 3)];
  const control = controlWith(statements, [inside(1, before), inside(2, changed), after(recorded)]);
  const { interruptions, ids } = sheetOf(control);
  expect(ids).toContain('2-cut-connection');
  expect(ids).toContain('2-kill-server');
  const cut = interruptions.find(({ cut: kind }) => kind === 'cut-connection');
  expect(cut?.expectedState).toBe(stateFingerprint(changed));
  expect(cut?.askedIn).toBe('interruption-pre-deploy-2');
});

test('a session is ended in the midst of what waits for old snapshots, and nobody says beforehand what that leaves', () => {
  const control = controlWith([alone(1, 1, { durationMs: 90 }), alone(2, 2)], [inside(1, before), after(changed)]);
  const traced = tracedOf(control, [alone(1, 1), alone(2, 2, { waitsForSnapshots: true })]);
  const { interruptions } = sheetOf(control, traced);
  const ended = interruptions.find(({ cut }) => cut === 'kill-backend');
  expect(ended).toMatchObject({ moment: 'during', committed: 2, waitsForOthers: true });
  expect(ended?.expectedState).toBeUndefined();
});

test('what ends a session before its COMMIT is sent leads to the state before', () => {
  const statements = [statementOf(1), statementOf(2, { statusAfter: 'I', committed: 1 })];
  const { interruptions } = sheetOf(controlWith(statements, [after(changed)]));
  const ended = interruptions.find(({ cut }) => cut === 'kill-backend');
  expect(ended).toMatchObject({ moment: 'before', ordinal: 2, expectedState: stateFingerprint(before) });
  expect(ended?.askedIn).toBeUndefined();
});

test('only a statement that takes long and commits by itself has its client killed meanwhile', () => {
  const long = { durationMs: runLimits.longStatementMs };
  expect(sheetOf(controlWith([alone(1, 1, long)])).ids).toContain('1-during');
  expect(sheetOf(controlWith([alone(1, 1)])).ids).not.toContain('1-during');
});

test('beyond the limit boundaries are sampled, and how many is listed', () => {
  const many = Array.from({ length: 40 }, (_, index) => alone(index + 1, index + 1));
  const { interruptions, notTested } = sheetOf(controlWith(many));
  expect(interruptions).toHaveLength(runLimits.interruptionRuns);
  expect(notTested.map(({ what }) => what)).toContain('29 of 40 crash points');
});

test('a migration that commits nothing has nothing to interrupt', () => {
  const control = controlOf({ attempts: [attemptOf('pre-deploy', [statementOf(1)])], end: observed(before) });
  expect(sheetOf(control).ids).toEqual([]);
});
