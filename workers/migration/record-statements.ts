import type { LockObservation } from '../../shared/domain/lock.ts';
import type { RunSpec } from '../../shared/domain/run.ts';
import type { BuiltObject, StatementObservation } from '../../shared/domain/statement.ts';
import type { ArrivedStatement, TapHooks, TappedStatement } from '../../shared/edge/ports/tap.ts';
import type { LiveRun } from '../live-run.ts';
import { type BackendLook, fullXid, lookAtBackend } from '../probes/look-at-backend.ts';
import { Brakes } from './brakes.ts';
import { committedChange } from './committed-change.ts';
import { HeldLocks } from './held-locks.ts';
import { matchSource } from './match-source.ts';
import { builtBy, type Note, observationOf, rewritesOf } from './statement-observation.ts';
import { watchStorage } from './storage-changes.ts';
import { toldByWal } from './told-by-wal.ts';
import { type OutsideWatch, watchOutside } from './watch-outside.ts';

export interface CommittedChange {
  /** From 1 within the attempt: transactions that committed a change of schema, ledger or rows. */
  readonly committed: number;
  readonly ordinal: number;
  readonly backendPid: number;
  /** The id that its transaction was given; undefined: it could not be told. */
  readonly xid: bigint | undefined;
}

export interface StatementWatch {
  /** The statement waits until this settles. */
  arrived?(ordinal: number, backendPid: number): Promise<void>;
  /** The server has committed and the command has not heard. */
  committed?(change: CommittedChange): Promise<void>;
  /** A look failed: what is recorded is worth nothing any more. */
  failed?(): void;
}

export interface StatementRecorder {
  readonly hooks: TapHooks;
  /** How long the attempt stood still because of us. */
  brakedMs(): number;
  /** All statements, in order of arrival, once nothing is looked at any more. */
  statements(): Promise<readonly StatementObservation[]>;
}

export interface RecordOptions {
  readonly mode: 'plain' | 'traced';
  /** In force where a session sets none itself. */
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Files of the phase, to name the places of its statements; none: all files of the bundle. */
  readonly files: readonly string[];
  readonly watch: StatementWatch;
}

interface Session {
  readonly held: HeldLocks;
  /** The open transaction has been given an id. */
  wrote: boolean;
  xid: bigint | undefined;
  /** The first id that nobody had when it began. */
  nextXid: bigint | undefined;
  /** Relations that its open transaction made, each with the statement after which it was there. */
  readonly made: Map<number, number>;
}

/**
 * Records what each statement of one attempt did, by looking at its backend from another session while the tap brakes.
 */
export function recordStatements(run: LiveRun, options: RecordOptions): StatementRecorder {
  const { watch } = options;
  const brakes = new Brakes(run);
  const sessions = new Map<number, Session>();
  const before = new Map<number, BackendLook>();
  const outside = new Map<number, OutsideWatch>();
  /** Ordinals of statements that the server takes in no transaction. */
  const refused = new Set<number>();
  const locks = new Map<number, LockObservation[]>();
  const rewrites = new Map<number, { readonly relation: string; readonly bytes: number | undefined }[]>();
  const builds = new Map<number, BuiltObject[]>();
  const notes = new Map<number, Note>();
  const storage = watchStorage(run);
  /** What the last look showed; between two statements of a quiet run nothing changes. */
  let lastLook: BackendLook | undefined;
  let commits = 0;
  const isQuiet = run.spec.scenario !== 'under-load' && run.spec.scenario !== 'contention';

  const append = <T>(lists: Map<number, T[]>, ordinal: number, item: T) => {
    const list = lists.get(ordinal);
    if (list === undefined) lists.set(ordinal, [item]);
    else list.push(item);
  };
  const sessionOf = (id: number): Session => {
    const told = (ordinal: number, lock: LockObservation) => append(locks, ordinal, lock);
    const known = sessions.get(id) ?? {
      held: new HeldLocks(told),
      wrote: false,
      xid: undefined,
      nextXid: undefined,
      made: new Map(),
    };
    sessions.set(id, known);
    return known;
  };
  const look = async (pid: number): Promise<BackendLook> => {
    lastLook = await run.observer.look((admin) => lookAtBackend(admin, pid));
    return lastLook;
  };

  const arrived = async (statement: ArrivedStatement) => {
    run.parties.set(statement.backendPid, { role: 'migration', ordinal: statement.ordinal });
    const session = sessionOf(statement.session);
    await storage.begin();
    const earlier = isQuiet && lastLook !== undefined ? lastLook : await look(statement.backendPid);
    before.set(statement.ordinal, earlier);
    if (statement.statusBefore === 'I') session.nextXid = earlier.nextXid;
    await watch.arrived?.(statement.ordinal, statement.backendPid);
  };

  const untraced = async ({ ordinal, backendPid, ...statement }: ArrivedStatement, isRefused: boolean) => {
    if (isRefused) refused.add(ordinal);
    const lockTimeoutMs = statement.lockTimeoutMs ?? options.lockTimeoutMs;
    outside.set(ordinal, await watchOutside(run, backendPid, lockTimeoutMs));
  };

  const noteStorage = async (statement: TappedStatement, { held, made }: Session) => {
    // Inside a transaction only a strong lock lets anything be rewritten or built; a traced one has not committed yet.
    if (statement.traced || (statement.transaction !== null && !held.mayBuild)) return;
    const { rewrote, built } = await storage.changes();
    for (const rewrite of rewrote) append(rewrites, held.rewriterOf(rewrite.relation) ?? statement.ordinal, rewrite);
    for (const { object, oid } of built) {
      append(builds, made.get(oid) ?? held.keeperOf(object.relation) ?? statement.ordinal, object);
    }
  };

  const finished = async (statement: TappedStatement) => {
    const session = sessionOf(statement.session);
    const seenOutside = await outside.get(statement.ordinal)?.end();
    outside.delete(statement.ordinal);
    const after = await look(statement.backendPid);
    const earlier = before.get(statement.ordinal);
    before.delete(statement.ordinal);
    const brakedMs = brakes.sessionMs(statement.session);
    if (statement.statusAfter === 'T' || statement.traced) {
      session.held.take(statement, after, brakedMs);
      session.wrote ||= after.xid !== null;
      session.xid ??= fullXid(after);
      for (const oid of after.unseen) if (!session.made.has(oid)) session.made.set(oid, statement.ordinal);
    }
    const changed = committedChange(statement, { ...session, earlier, after, isQuiet });
    // On a quiet run the first id that nobody had is the one that its transaction was given.
    const xid = session.xid ?? (isQuiet ? session.nextXid : undefined);
    if (changed) await noteStorage(statement, session);
    if (statement.statusAfter === 'I' || changed) {
      session.held.release(statement.traced ? 'traced' : 'held', statement.finishedAtMs, brakedMs);
      Object.assign(session, { wrote: false, xid: undefined, nextXid: after.nextXid });
      session.made.clear();
    }
    if (statement.transaction === null) {
      for (const lock of seenOutside?.locks ?? []) {
        append(locks, statement.ordinal, { ...lock, heldMs: statement.durationMs, source: 'waited' });
      }
    }
    const wal = { from: Number((earlier ?? after).walBytes), to: Number(after.walBytes) };
    const committed = changed ? ++commits : undefined;
    notes.set(statement.ordinal, {
      statement,
      wal,
      committed,
      refusesTransaction: refused.has(statement.ordinal),
      waitsForSnapshots: seenOutside?.waitsForSnapshots === true,
    });
    if (committed === undefined) return;
    await watch.committed?.({ committed, ordinal: statement.ordinal, backendPid: statement.backendPid, xid });
    // Whoever was told may have written something himself.
    lastLook = undefined;
  };

  const braking = async (session: number, work: () => Promise<void>): Promise<void> => {
    try {
      await brakes.hold(session, work);
    } catch (error) {
      watch.failed?.();
      throw error;
    }
  };

  return {
    hooks: {
      arrived: (statement) => braking(statement.session, () => arrived(statement)),
      untraced: (statement, isRefused) => braking(statement.session, () => untraced(statement, isRefused)),
      finished: (statement) => braking(statement.session, () => finished(statement)),
    },
    brakedMs: () => brakes.totalMs,
    async statements() {
      for (const watching of outside.values()) await watching.end();
      await brakes.settled();
      const place = matchSource(run.plan.bundle.statements, options.files);
      const told = writesAlone(run.spec) ? await toldByWal(run, [...notes.values()], storage.nameOf) : undefined;
      return [...notes.values()]
        .sort((left, right) => left.statement.ordinal - right.statement.ordinal)
        .map((note) => ({
          ...observationOf(run, note, options),
          ...place(note.statement.sql),
          locks: locks.get(note.statement.ordinal) ?? [],
          ...rewritesOf(rewrites.get(note.statement.ordinal) ?? []),
          ...builtBy(builds.get(note.statement.ordinal)),
          ...told?.get(note.statement.ordinal),
        }));
    },
  };
}

/** On the control run the WAL tells of the migration only; what is aborted under stress may be anybody's. */
const writesAlone = (spec: RunSpec): boolean => spec.scenario === 'control' && spec.limits === 'declared';
