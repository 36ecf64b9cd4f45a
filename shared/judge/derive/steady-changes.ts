import type { Manifest } from '../../domain/bundle.ts';
import type { LoadObservation } from '../../domain/load.ts';
import type { SteadyObservation } from '../../domain/steady.ts';
import { count, duration, listed, shortSql } from './sentences.ts';
import { holdsOf } from './steady-holds.ts';
import type { SteadyPair } from './steady-pair.ts';

/** One thing that is worse with next than it was with previous. */
export interface SteadyChange {
  readonly kind: 'locks' | 'errors' | 'probes' | 'processes' | 'latency' | 'connections';
  readonly severity: 'blocks' | 'warns';
  readonly words: string;
}

/** What previous has too counts only where it comes this much more often. */
const timesMore = 3;
/** Equal traffic on one machine is not equally fast twice; this much slower it never is by chance. */
const timesSlower = 3;
/** Of fewer the 95th percentile is the slowest one, and that may have met a moment in which the machine stood still. */
const countMin = 20;
/** In so many different seconds of a run: one moment in which the machine stood still makes one of them slow. */
const slowSecondsMin = 3;
/** Cancelled for a lock, or by the time limit that a wait for one ran into. */
const lockErrors = new Set(['55P03', '57014', '40P01']);

/** Who does not want to wait for a lock is refused in less: that is how it was meant. */
const atOnceMs = 10;

export function steadyChanges(pair: SteadyPair, manifest: Manifest): readonly SteadyChange[] {
  return [
    ...trafficErrors(pair, manifest),
    ...ownErrors(pair),
    ...failingProbes(pair),
    ...deadWorkers(pair),
    ...(pair.isTimely ? [...waits(pair, manifest), ...slower(pair, manifest)] : []),
    ...connections(pair),
  ];
}

function* trafficErrors({ before, after }: SteadyPair, { budgets }: Manifest): Generator<SteadyChange> {
  const added = moreOf(before.load.failedBySqlstate, after.load.failedBySqlstate);
  const failed = added.reduce((sum, { now }) => sum + now, 0);
  if (failed === 0 || failed <= budgets.failedTransactions) return;
  const codes = added.map(({ sqlstate, now, was }) => `${now} × ${sqlstate} (${was} with previous)`);
  const kind = added.some(({ sqlstate }) => lockErrors.has(sqlstate)) ? 'locks' : 'errors';
  const words = `${count(failed, 'transaction')} of ${after.load.transactions} failed: ${listed(codes)}`;
  yield { kind, severity: 'blocks', words };
}

/** Tools find out by failing, so that other errors behind green probes only warn. A lock that is lost is no question. */
function* ownErrors({ before, after }: SteadyPair): Generator<SteadyChange> {
  const added = moreOf(errorsOf(before.steady), errorsOf(after.steady));
  // A version answers 0A000 by preparing again, and that is judged for itself.
  for (const { sqlstate, now, was } of added.filter((error) => error.sqlstate !== '0A000')) {
    const own = after.steady.processes.flatMap(({ sqlErrors }) =>
      sqlErrors.filter((error) => error.sqlstate === sqlstate),
    );
    const isLock = lockErrors.has(sqlstate) && own.some(({ maxMs }) => maxMs >= atOnceMs);
    const shapes = after.steady.processes.flatMap(({ worker, sqlErrors }) =>
      sqlErrors
        .filter((error) => error.sqlstate === sqlstate)
        .map(({ sql }) => `“${shortSql(sql)}” of ${processWords(worker)}`),
    );
    yield {
      kind: isLock ? 'locks' : 'errors',
      severity: isLock ? 'blocks' : 'warns',
      words: `next itself got ${now} × ${sqlstate} (${was} with previous) from ${listed(shapes, 3)}`,
    };
  }
}

function* failingProbes({ before, after }: SteadyPair): Generator<SteadyChange> {
  for (const { name, asked, failed, detail } of after.steady.probes) {
    const was = before.steady.probes.find((probe) => probe.name === name);
    if (was === undefined || was.asked === 0 || asked === 0 || failed === 0) continue;
    if (failed / asked <= (was.failed / was.asked) * timesMore) continue;
    const words = `“${name}” failed ${failed} of ${asked} times (${was.failed} of ${was.asked} with previous): ${detail ?? ''}`;
    yield { kind: 'probes', severity: 'blocks', words };
  }
}

function* deadWorkers({ before, after }: SteadyPair): Generator<SteadyChange> {
  const ended = (steady: SteadyObservation) =>
    steady.processes.filter(({ endedByItself }) => endedByItself !== undefined);
  for (const { worker, endedByItself } of ended(after.steady)) {
    if (ended(before.steady).some((process) => process.worker === worker)) continue;
    const words = `${processWords(worker)} did not stay alive and ended with exit code ${endedByItself}`;
    yield { kind: 'processes', severity: 'blocks', words };
  }
}

function* waits({ before, after }: SteadyPair, { budgets }: Manifest): Generator<SteadyChange> {
  const was = Math.max(0, ...holdsOf(before.run).map(({ waitedMsMax }) => waitedMsMax));
  for (const { who, relation, waitedMsMax } of holdsOf(after.run)) {
    if (waitedMsMax <= budgets.blockedMs || waitedMsMax <= was * timesSlower) continue;
    const words = `traffic waited up to ${duration(waitedMsMax)} for ${who} on ${relation}; the budget is ${duration(budgets.blockedMs)}`;
    yield { kind: 'locks', severity: 'blocks', words };
  }
}

function* slower({ before, after }: SteadyPair, { budgets }: Manifest): Generator<SteadyChange> {
  const isSlower = (now: number, was: number) => now > budgets.slowMs && now > was * timesSlower;
  const [now, was] = [after.load.latencyMs.p99 - after.load.lagMsP99, before.load.latencyMs.p99];
  if (isSlower(now, was) && slowSeconds(after.load, budgets.slowMs) >= slowSecondsMin) {
    const words = `the 99th percentile of the traffic was ${duration(now)}, ${duration(was)} with previous`;
    yield { kind: 'latency', severity: 'blocks', words };
  }
  const known = new Map(before.steady.processes.flatMap(({ shapes }) => shapes.map((shape) => [shape.sql, shape])));
  for (const { worker, shapes } of after.steady.processes) {
    for (const { sql, count: times, p95Ms } of shapes) {
      const twin = known.get(sql);
      if (twin === undefined || !isEnough(times, twin.count) || !isSlower(p95Ms, twin.p95Ms)) continue;
      const words = `“${shortSql(sql)}” of ${processWords(worker)} took ${duration(p95Ms)} (95th percentile), ${duration(twin.p95Ms)} with previous`;
      yield { kind: 'latency', severity: 'blocks', words };
    }
  }
  for (const { name, asked, p95Ms } of after.steady.probes) {
    const twin = before.steady.probes.find((probe) => probe.name === name);
    if (twin === undefined || !isEnough(asked, twin.asked) || !isSlower(p95Ms, twin.p95Ms)) continue;
    const words = `“${name}” took ${duration(p95Ms)} (95th percentile), ${duration(twin.p95Ms)} with previous`;
    yield { kind: 'latency', severity: 'blocks', words };
  }
}

/** Whoever is asked one thing after the other is asked the less often the slower it is: that is no lack of samples. */
const isEnough = (now: number, was: number): boolean =>
  was >= countMin && now > 0 && (now >= countMin || now * timesSlower < was);

function slowSeconds({ series }: LoadObservation, slowMs: number): number {
  return new Set(series.filter(({ maxMs }) => maxMs > slowMs).map(({ atMs }) => Math.floor(atMs / 1000))).size;
}

/** A pool that is larger is a choice; one that leaves the others nothing is a surprise. */
function* connections({ before, after }: SteadyPair): Generator<SteadyChange> {
  const { connectionsMax: now, connectionsAllowed } = after.steady;
  const was = before.steady.connectionsMax;
  if (now <= was * timesMore || now < connectionsAllowed / 4) return;
  const words = `next holds ${now} connections of ${connectionsAllowed}, ${was} with previous`;
  yield { kind: 'connections', severity: 'warns', words };
}

export const processWords = (worker: string | undefined): string =>
  worker === undefined ? 'the version itself' : `its background process “${worker}”`;

function moreOf(was: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>) {
  return Object.entries(now)
    .filter(([sqlstate, number]) => number > (was[sqlstate] ?? 0) * timesMore)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([sqlstate, number]) => ({ sqlstate, now: number, was: was[sqlstate] ?? 0 }));
}

function errorsOf({ processes }: SteadyObservation): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { sqlErrors } of processes) {
    for (const { sqlstate, count: number } of sqlErrors) sums[sqlstate] = (sums[sqlstate] ?? 0) + number;
  }
  return sums;
}
