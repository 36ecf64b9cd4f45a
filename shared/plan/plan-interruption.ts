import { parseRunId, type RunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { Cut, CutMoment, InterruptionRun } from '../domain/run.ts';
import type { DatabaseState } from '../domain/schema.ts';
import { waitsForSnapshots } from './known-locks.ts';
import { runLimits } from './limits.ts';
import { type Boundary, stateAt, stateBefore } from './reached-states.ts';
import { phaseInId } from './run-id-parts.ts';
import { stateFingerprint } from './state-fingerprint.ts';

type NotTested = { what: string; because: string };

/** A transaction, or a statement that commits by itself, after which the database is another one. */
interface CrashPoint extends Boundary {
  readonly ordinal: number;
  /** Of all statements of its transaction. */
  readonly durationMs: number;
  readonly inTransaction: boolean;
  /** It commits in its midst, too: cut off there, it leaves what no boundary shows. */
  readonly isSplit: boolean;
  /** It builds or writes anew what is there, or changes rows of it: that is what takes memory. */
  readonly takesMemory: boolean;
}

interface Chosen extends CrashPoint {
  readonly cut: Cut;
  readonly moment: CutMoment;
}

/**
 * The command is killed after each transaction that changed something; boundaries inside one transaction are
 * equivalent. The other kinds lead to the same states: what may differ is what the command then does, and what a server
 * that recovers has lost. Each is tried at one place.
 */
export function interruptionRuns(
  plan: Plan,
  { control, traced }: { readonly control: RunResult; readonly traced: RunResult | undefined },
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly InterruptionRun[] {
  const points = crashPoints(control, traced);
  const others = otherKinds(control, points);
  const chosen = spread(points, runLimits.interruptionRuns - others.length);
  if (chosen.length < points.length) {
    notTested.push({
      what: `${points.length - chosen.length} of ${points.length} crash points`,
      because: `more than ${runLimits.interruptionRuns}; they are sampled evenly, first and last included`,
    });
  }
  notTested.push(...pruned(others));
  const killed = chosen.map((point): Chosen => ({ ...point, cut: 'kill-command', moment: 'after' }));
  return [...killed, ...others].map(({ phase, committed, ordinal, cut, moment, isSplit }) => ({
    id: runIdOf({ phase, committed, cut, moment }),
    scenario: 'interruption',
    seed: plan.seed,
    alone: false,
    expectedEnds,
    phase,
    committed,
    ordinal,
    cut,
    moment,
    ...(moment === 'during' && isSplit ? { waitsForOthers: true as const } : {}),
    ...askedIn({ phase, committed, cut, moment }, killed),
    ...expectedStateOf(control, { phase, committed, cut, moment }),
    ...(movesRows(control) ? { countsRows: true as const } : {}),
  }));
}

/** On a large snapshot counting takes longer than all the rest, and most migrations leave as many rows as there were. */
function movesRows({ before, end }: RunResult): boolean {
  if (!before.seen || !end.seen) return true;
  const books = new Set([...before.value.ledgers, ...end.value.ledgers].map(({ relation }) => relation));
  const was = new Map(before.value.rowCounts.map(({ relation, rows }) => [relation, rows]));
  return (
    [before.value, end.value].some(({ uncounted = [] }) => uncounted.length > 0) ||
    end.value.rowCounts.some(({ relation, rows }) => !books.has(relation) && rows !== (was.get(relation) ?? 0))
  );
}

function crashPoints(control: RunResult, traced: RunResult | undefined): readonly CrashPoint[] {
  return control.attempts.flatMap(({ phase, statements }) =>
    statements.flatMap((statement) => {
      const { committed, ordinal, transaction } = statement;
      if (committed === undefined) return [];
      const all = transaction === null ? [statement] : statements.filter((other) => other.transaction === transaction);
      const durationMs = all.reduce((sum, other) => sum + other.durationMs, 0);
      const isSplit = waitsForSnapshots(phase, statement, traced);
      const takesMemory = all.some(
        ({ built = [], rewrote, touched }) => built.length > 0 || rewrote.length > 0 || touched?.seen === true,
      );
      return [{ phase, committed, ordinal, durationMs, inTransaction: transaction !== null, isSplit, takesMemory }];
    }),
  );
}

/** Between DDL and its ledger row where these are apart, else at what takes longest. */
function otherKinds(control: RunResult, points: readonly CrashPoint[]): readonly Chosen[] {
  const longest = longestOf(points);
  if (longest === undefined) return [];
  const place = beforeLedgerRow(control, points) ?? longest;
  const split = longestOf(points.filter(({ isSplit }) => isSplit));
  const transaction = longestOf(points.filter(({ inTransaction }) => inTransaction)) ?? longest;
  const long = longestOf(points.filter(({ inTransaction, isSplit }) => !inTransaction && !isSplit));
  const hungry = longestOf(points.filter(({ takesMemory }) => takesMemory));
  return [
    { ...place, cut: 'cut-connection', moment: 'after' },
    split === undefined
      ? { ...transaction, cut: 'kill-backend', moment: 'before' }
      : { ...split, cut: 'kill-backend', moment: 'during' },
    { ...place, cut: 'kill-server', moment: 'after' },
    ...(hungry === undefined ? [] : [{ ...hungry, cut: 'out-of-memory' as const, moment: 'before' as const }]),
    ...(long !== undefined && long.durationMs >= runLimits.longStatementMs
      ? [{ ...long, cut: 'kill-command' as const, moment: 'during' as const }]
      : []),
  ];
}

function pruned(others: readonly Chosen[]): readonly NotTested[] {
  const [first] = others;
  if (first === undefined) return [];
  return [
    {
      what: 'cut connections, sessions ended or killed for memory, and a killed server at every other crash point',
      because: `they lead to the states that killing the command leads to; each is tried once, at ${first.phase} #${first.committed} or what takes longest`,
    },
    ...(others.some(({ cut }) => cut === 'out-of-memory')
      ? []
      : [
          {
            what: 'a server session killed for memory',
            because:
              'nothing is built, written anew or changed in rows that were there; the server ends every session and recovers, as when it is killed itself, which is tried',
          },
        ]),
    {
      what: 'killing the command before its first statement, or when it has heard of a commit',
      because: 'nothing is different then: the state is the one before, or the one after that commit, which are tried',
    },
  ];
}

/** The change after which the next one writes the ledger and nothing else. */
function beforeLedgerRow(control: RunResult, points: readonly CrashPoint[]): CrashPoint | undefined {
  return points.find((point, at) => {
    const next = points[at + 1];
    if (next?.phase !== point.phase) return false;
    const [earlier, here, then] = [stateBefore(control, point), stateAt(control, point), stateAt(control, next)];
    if (earlier === undefined || here === undefined || then === undefined) return false;
    const writes = ledgerText(here) !== ledgerText(then) && schemaText(here) === schemaText(then);
    return writes && ledgerText(earlier) === ledgerText(here) && schemaText(earlier) !== schemaText(here);
  });
}

const ledgerText = ({ ledgers }: DatabaseState): string => JSON.stringify(ledgers.map(({ entries }) => entries));
const schemaText = ({ schema }: DatabaseState): string => JSON.stringify(schema.objects);

function longestOf(points: readonly CrashPoint[]): CrashPoint | undefined {
  return points.reduce<CrashPoint | undefined>(
    (longest, point) => (longest === undefined || point.durationMs > longest.durationMs ? point : longest),
    undefined,
  );
}

type Named = Pick<Chosen, 'phase' | 'committed' | 'cut' | 'moment'>;

function runIdOf({ phase, committed, cut, moment }: Named): RunId {
  const kind = `${cut === 'kill-command' ? '' : `-${cut}`}${moment === 'after' ? '' : `-${moment}`}`;
  return parseRunId(`interruption-${phaseInId(phase)}-${committed}${kind}`);
}

/** Killing the command at the same boundary leads to the same state, and there the versions are asked. */
function askedIn(point: Named, killed: readonly Chosen[]): { readonly askedIn?: RunId } {
  const meant = point.moment === 'before' ? point.committed - 1 : point.committed;
  const twin = killed.find(({ phase, committed }) => phase === point.phase && committed === meant);
  return twin === undefined || (point.cut === 'kill-command' && point.moment === 'after')
    ? {}
    : { askedIn: runIdOf(twin) };
}

/** Of a session that ends while its statement commits in several steps nobody knows beforehand what it leaves. */
function expectedStateOf(control: RunResult, { cut, moment, ...point }: Named): { readonly expectedState?: string } {
  if (moment === 'during' && cut !== 'kill-command') return {};
  const state = moment === 'before' ? stateBefore(control, point) : stateAt(control, point);
  return state === undefined ? {} : { expectedState: stateFingerprint(state) };
}

/** At most `count` of them, evenly spread, the first and the last always among them. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  const step = (items.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * step)]).filter(
    (item) => item !== undefined,
  );
}
