import { expect, test } from 'vitest';
import type { FaultObservation, RunResult } from '../../../shared/domain/observation.ts';
import { observed, unobserved } from '../../../shared/domain/observed.ts';
import type { DatabaseState, SchemaObject } from '../../../shared/domain/schema.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { aftermath, attempt, evidence, firstFile, objects, secondFile, states } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

const first = 'interruption-pre-deploy-1';
const unrecorded = state([...objects.base, objects.seenAt], ['0022']);
const foundBy = (check: string, seen: ReturnType<typeof evidence>) =>
  judge(seen).findings.filter((finding) => finding.check === check);
const fault = (kind: FaultObservation['kind']): FaultObservation => ({
  ...{ kind, phase: 'pre-deploy', ordinal: 5, moment: 'after', met: true },
});

/** The first change of the quiet run is DDL without its row, made by this statement. */
const splitControl = (run: RunResult): RunResult => ({
  ...run,
  states: run.states.map((place) =>
    place.point.kind === 'inside' ? { ...place, state: observed(unrecorded) } : place,
  ),
});

test('DDL that is committed apart from its row warns from the quiet run alone, where nobody tried a crash there', () => {
  const untried = evidence({ runs: { control: splitControl }, unplanned: (id) => id === first });
  const [found] = foundBy('dishonest-ledger', untried);
  expect(found).toMatchObject({ severity: 'warns', scenario: 'control', relation: 'public.schema_migrations' });
  expect(found?.summary).toContain('column public.alerts.seen_at is there although its migration is not recorded');
});

test('what the server takes in no transaction and the next attempt finishes is done right', () => {
  const alone = (statement: StatementObservation): StatementObservation => ({ ...statement, transaction: null });
  const inAutocommit = (run: RunResult): RunResult => ({
    ...splitControl(run),
    attempts: run.attempts.map((one) => ({ ...one, statements: one.statements.map(alone) })),
  });
  const traced = (run: RunResult): RunResult => {
    const { attempts } = inAutocommit(run);
    const refused = (statement: StatementObservation) => ({ ...statement, refusesTransaction: true as const });
    return { ...run, attempts: attempts.map((one) => ({ ...one, statements: one.statements.map(refused) })) };
  };
  const left = (run: RunResult): RunResult => ({
    ...{ ...run, end: observed(unrecorded) },
    aftermath: aftermath([...firstFile, ...secondFile]),
  });
  const joinable = evidence({ runs: { control: splitControl, [first]: left } });
  expect(foundBy('dishonest-ledger', joinable)).toMatchObject([{ severity: 'warns' }]);
  const unjoinable = evidence({ runs: { control: inAutocommit, 'control-traced': traced, [first]: left } });
  expect(foundBy('dishonest-ledger', unjoinable)).toEqual([]);
});

const locked: DatabaseState = {
  ...states.inside,
  heldLocks: [{ relation: 'public.migrations_lock', releaseSql: 'UPDATE public.migrations_lock SET is_locked = 0;' }],
};

test('a migration lock that a dead command holds is told with what releases it', () => {
  const stuck = evidence({
    runs: {
      [first]: (run) => ({
        ...{ ...run, end: observed(locked) },
        aftermath: aftermath([], {
          retry: { attempts: [attempt({ attempt: 2, exitCode: 1 })], end: observed(locked) },
        }),
      }),
    },
  });
  const [found] = foundBy('dishonest-ledger', stuck);
  expect(found).toMatchObject({ severity: 'blocks', remedy: { sql: expect.stringContaining('is_locked = 0') } });
  expect(foundBy('unrepeatable-migration', stuck)[0]?.remedy.sql).toContain('is_locked = 0');
});

test('a command that connected again, exited 0 and ended elsewhere is no better than under stress', () => {
  const went = evidence({
    runs: {
      [first]: (run) => ({
        ...{ ...run, outcome: 'completed', fault: fault('cut-connection'), end: observed(states.inside) },
        ...{ attempts: [attempt({ statements: firstFile })], aftermath: aftermath(secondFile) },
      }),
    },
  });
  expect(foundBy('divergent-schema', went)).toMatchObject([{ severity: 'blocks', scenario: 'interruption' }]);
});

test('rows that a recovering server threw away and nothing brings back are a warning', () => {
  const shelves: SchemaObject = { kind: 'table', name: 'public.shelves', attributes: { persistence: 'unlogged' } };
  const holding = (base: DatabaseState, rows: number): DatabaseState => ({
    schema: { objects: [...base.schema.objects, shelves] },
    ledgers: base.ledgers,
    rowCounts: [{ relation: 'public.shelves', rows }],
  });
  const full = observed(holding(states.after, 3));
  const lost = evidence({
    runs: {
      control: (run) => ({
        ...{ ...run, end: full },
        states: run.states.map((place) => (place.point.kind === 'after' ? { ...place, state: full } : place)),
      }),
      [first]: (run) => ({
        ...{ ...run, fault: fault('kill-server') },
        aftermath: aftermath(secondFile, {
          retry: {
            attempts: [attempt({ attempt: 2, statements: secondFile })],
            end: observed(holding(states.after, 0)),
          },
        }),
      }),
    },
  });
  const found = foundBy('unrepeatable-migration', lost).filter(({ relation }) => relation === 'public.shelves');
  expect(found).toMatchObject([{ severity: 'warns', remedy: { sql: 'ALTER TABLE public.shelves SET LOGGED;' } }]);
});

const nobodyAsked = {
  previousStarts: unobserved('asked elsewhere'),
  nextStarts: unobserved('asked elsewhere'),
  cells: [],
};
const halfDone = (seen: ReturnType<typeof evidence>) =>
  judge(seen).checks.find(({ id }) => id === 'half-done-after-crash')?.outcome;

test('a state on which another run asked the versions needs no second asking, one that nobody asked about does', () => {
  const twin = evidence().runs.find(({ spec }) => spec.id === first);
  if (twin === undefined) throw new Error('the green evidence has no interruption');
  const spec = { ...twin.spec, id: `${first}-kill-server` } as RunResult['spec'];
  const unasked = { ...twin, spec, aftermath: aftermath(secondFile, nobodyAsked) };
  expect(halfDone(evidence({ more: [unasked] }))).toBe('clear');
  const elsewhere = { ...unasked, end: observed(state(objects.base, ['0022', '0099'])) };
  expect(halfDone(evidence({ more: [elsewhere] }))).toBe('undetermined');
});
