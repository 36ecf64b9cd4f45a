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

const rowsAfterRetry = (rows: number | undefined, traced?: number) => {
  const ending = (count: number | undefined) => observed({ ...states.after, ...rowsOf(count) });
  const spec = (run: RunResult) => ({ ...run.spec, countsRows: true }) as RunResult['spec'];
  return evidence({
    runs: {
      ...(traced === undefined ? {} : { 'control-traced': (run) => ({ ...run, end: ending(traced) }) }),
      control: (run) => ({
        ...{ ...run, before: observed({ ...states.before, ...rowsOf(600) }), end: ending(1000) },
        states: run.states.map((place) => (place.point.kind === 'after' ? { ...place, state: ending(1000) } : place)),
      }),
      [first]: (run) => ({
        ...{ ...run, spec: spec(run), fault: fault('kill-command') },
        aftermath: aftermath(secondFile, {
          retry: { attempts: [attempt({ attempt: 2, statements: secondFile })], end: ending(rows) },
        }),
      }),
    },
  });
};
const rowsOf = (rows: number | undefined) =>
  rows === undefined
    ? { uncounted: ['public.alerts'], rowCounts: [] }
    : { rowCounts: [{ relation: 'public.alerts', rows }] };

test.for([1400, 600])(
  'rows that a retry makes twice or not at all block, though schema and ledger are right: %i',
  (rows) => {
    const [found] = foundBy('unrepeatable-migration', rowsAfterRetry(rows));
    expect(found).toMatchObject({ severity: 'blocks', scenario: 'interruption', relation: 'public.alerts' });
    expect(found?.title).toContain(`${rows} rows in public.alerts instead of 1000`);
  },
);

test('as many rows as after one run are well, and of a table that two quiet runs leave differently nobody can tell', () => {
  expect(foundBy('unrepeatable-migration', rowsAfterRetry(1000))).toEqual([]);
  const wavering = rowsAfterRetry(1400, 1001);
  expect(foundBy('unrepeatable-migration', wavering)).toEqual([]);
  expect(judge(wavering).verdict).toBe('inconclusive');
  for (const either of [1000, 1001]) expect(judge(rowsAfterRetry(either, 1001)).verdict).toBe('pass');
});

test('rows that the migration made and nobody could count after the retry leave the verdict open', () => {
  const { verdict, checks } = judge(rowsAfterRetry(undefined));
  expect(verdict).toBe('inconclusive');
  expect(checks.find(({ id }) => id === 'unrepeatable-migration')).toMatchObject({
    outcome: 'undetermined',
    reason: expect.stringContaining('the rows of public.alerts were not counted after the next attempt'),
  });
});

test.for(['57014', '23505'])(
  'a command that gives up under load for %s, and not for a lock, is worth knowing',
  (sqlstate) => {
    const refused = { ...firstFile[2], statusAfter: 'E', sqlstate, durationMs: 9 } as StatementObservation;
    const seen = evidence({
      runs: {
        'under-load': (run) => ({
          ...{ ...run, outcome: 'failed', end: observed(states.before) },
          attempts: [attempt({ exitCode: 1, statements: [...firstFile.slice(0, 2), refused] })],
          aftermath: aftermath([...firstFile, ...secondFile]),
        }),
      },
    });
    expect(foundBy('failed-migration', seen)).toMatchObject([{ severity: 'warns', scenario: 'under-load' }]);
    expect(judge(seen)).toMatchObject({ verdict: 'pass', harm: 'refused' });
  },
);
