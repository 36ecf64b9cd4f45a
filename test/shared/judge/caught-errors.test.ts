import { expect, test } from 'vitest';
import type { LockWait } from '../../../shared/domain/lock.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { StatementObservation } from '../../../shared/domain/statement.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { alterAlerts, attempt, contentionFault, contentionId, evidence, objects } from '../../support/evidence.ts';
import { state } from '../../support/schema.ts';

const waited: LockWait = {
  startedAtMs: 6_031,
  waitedMs: 190,
  waiter: { role: 'migration', applicationName: 'migrate', pid: 4711, ordinal: 3 },
  blockers: [{ role: 'actor', applicationName: 'rehearsal/actor', pid: 99 }],
  relation: 'public.alerts',
  mode: 'AccessExclusiveLock',
};
const swallowedBy = (judged: ReturnType<typeof judge>) =>
  judged.findings.filter(({ check }) => check === 'swallowed-error').map(({ severity, title }) => [severity, title]);

/** The contention run with its third statement changed; the actor holds its lock from 6,000 ms to 7,000 ms. */
function contended(statement: Partial<StatementObservation>, end?: RunResult['end'], wait = waited) {
  return judge(
    evidence({
      runs: {
        [contentionId]: (run) => ({
          ...run,
          attempts: run.attempts.map((one) => ({
            ...one,
            statements: one.statements.map((each) =>
              each.ordinal === 3 ? { ...each, startedAtMs: 6_030, durationMs: 200, ...statement } : each,
            ),
          })),
          lockWaits: [wait],
          fault: { ...contentionFault, heldFromMs: 6_000, heldMs: 1_000 },
          ...(end === undefined ? {} : { end }),
        }),
      },
    }),
    { honourWaivers: true },
  );
}
const elsewhere = observed(state([...objects.base], ['0022', '0023', '0024']));

test('a statement that is done while the lock it waited for is still held gave up: blocks where its work is missing', () => {
  expect(swallowedBy(contended({}, elsewhere))).toMatchObject([['blocks', expect.stringContaining('gave up')]]);
  expect(swallowedBy(contended({}))).toMatchObject([['warns', expect.stringContaining('gave up')]]);
});

test('no giving up: it ended after the lock was let go, it was refused openly, or it waited for somebody else', () => {
  expect(swallowedBy(contended({ durationMs: 980 }, elsewhere))).toEqual([]);
  const openly = swallowedBy(contended({ sqlstate: '55P03' }, elsewhere));
  expect(openly.filter(([, title]) => title?.includes('gave up'))).toEqual([]);
  const traffic = {
    ...waited,
    blockers: [{ role: 'traffic' as const, applicationName: 'rehearsal/traffic', pid: 98 }],
  };
  expect(swallowedBy(contended({}, elsewhere, traffic))).toEqual([]);
});

test('of held rows no end tells: giving them up blocks, unless the same statement was done later', () => {
  const heldRows = (later: readonly StatementObservation[]) =>
    judge(
      evidence({
        runs: {
          [contentionId]: (run) => ({
            ...run,
            spec: { ...run.spec, holder: 'row-write' } as RunResult['spec'],
            attempts: run.attempts.map((one) => ({
              ...one,
              statements: [
                ...one.statements.map((each) =>
                  each.ordinal === 3 ? { ...each, startedAtMs: 6_030, durationMs: 200 } : each,
                ),
                ...later,
              ],
            })),
            lockWaits: [{ ...waited, mode: 'ShareLock' }],
            fault: { ...contentionFault, mode: 'RowShareLock', heldFromMs: 6_000, heldMs: 1_000 },
          }),
        },
      }),
      { honourWaivers: true },
    );
  const title = expect.stringContaining('gave up waiting for rows of public.alerts');
  expect(swallowedBy(heldRows([]))).toMatchObject([['blocks', title]]);
  const third = attempt().statements.find(({ ordinal }) => ordinal === 3);
  if (third === undefined) throw new Error('there is no third statement');
  expect(swallowedBy(heldRows([{ ...third, ordinal: 9, startedAtMs: 7_100 }]))).toEqual([]);
});

const quietly = (changes: Parameters<typeof attempt>[0]) =>
  judge(evidence({ runs: { control: (run) => ({ ...run, attempts: [attempt(changes)] }) } }), { honourWaivers: true });

test('what the WAL of the quiet run tells of caught errors is worth a look, and so is an error in the output', () => {
  const statements = attempt().statements.map((each) =>
    each.ordinal === alterAlerts.ordinal ? { ...each, caught: observed(2) } : each,
  );
  expect(swallowedBy(quietly({ statements }))).toMatchObject([['warns', expect.stringContaining('catches 2 errors')]]);
  const errorLines = ['ERROR: gave up'];
  expect(swallowedBy(quietly({ errorLines }))).toMatchObject([['warns', expect.stringContaining('printed an error')]]);
  expect(swallowedBy(quietly({}))).toEqual([]);
});
