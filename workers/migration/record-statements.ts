import type { LockMode, LockObservation } from '../../shared/domain/lock.ts';
import type { StatementObservation } from '../../shared/domain/statement.ts';
import type { TapHooks, TappedStatement } from '../../shared/edge/ports/tap.ts';
import { normalizeSql } from '../../shared/plan/normalize-sql.ts';
import type { LiveRun } from '../live-run.ts';
import { readRelfilenodes, rewrittenRelations, type StoredRelation } from '../probes/read-locks.ts';
import { type BackendLook, lookAtBackend } from './look-at-backend.ts';
import { matchSource } from './match-source.ts';

export interface CommittedChange {
  /** From 1 within the attempt: transactions that committed a change of schema, ledger or rows. */
  readonly committed: number;
  readonly ordinal: number;
}

export interface StatementWatch {
  /** The statement waits until this settles. */
  arrived?(ordinal: number): Promise<void>;
  /** The server has committed and the command has not heard. */
  committed?(change: CommittedChange): Promise<void>;
}

export interface StatementRecorder {
  readonly hooks: TapHooks;
  /** All statements so far, in order of arrival. */
  statements(): Promise<readonly StatementObservation[]>;
}

interface OpenLock {
  readonly relation: string;
  readonly mode: LockMode;
  readonly sinceMs: number;
  readonly ordinal: number;
}

interface Session {
  /** Locks of the open transaction, strongest by relation. */
  held: Map<string, OpenLock>;
  wrote: boolean;
}

/** Records what each statement of one attempt did, by looking at its backend from another session while the tap brakes. */
export function recordStatements(
  run: LiveRun,
  lockTimeoutMs: number,
  phaseFiles: readonly string[],
  watch: StatementWatch,
): StatementRecorder {
  const sessions = new Map<number, Session>();
  const before = new Map<number, BackendLook>();
  const locks = new Map<number, LockObservation[]>();
  const notes = new Map<
    number,
    { statement: TappedStatement; walBytes: number; rewrote: readonly string[]; committed?: number }
  >();
  let nodes: ReadonlyMap<string, StoredRelation> | undefined;
  let commits = 0;

  const sessionOf = (id: number): Session => {
    const known = sessions.get(id) ?? { held: new Map(), wrote: false };
    sessions.set(id, known);
    return known;
  };

  const takeLocks = (session: Session, statement: TappedStatement, look: BackendLook) => {
    for (const { relation, mode } of look.locks) {
      if (session.held.get(relation)?.mode === mode) continue;
      session.held.set(relation, { relation, mode, sinceMs: run.now(), ordinal: statement.ordinal });
    }
  };

  const releaseLocks = (session: Session, source: LockObservation['source']) => {
    for (const lock of session.held.values()) {
      const list = locks.get(lock.ordinal) ?? [];
      list.push({ relation: lock.relation, mode: lock.mode, heldMs: Math.max(0, run.now() - lock.sinceMs), source });
      locks.set(lock.ordinal, list);
    }
    session.held = new Map();
    session.wrote = false;
  };

  const rewritten = async (): Promise<readonly string[]> => {
    const current = await readRelfilenodes(run.admin);
    const earlier = nodes ?? current;
    nodes = current;
    return rewrittenRelations(earlier, current);
  };

  const braking = async (look: () => Promise<void>): Promise<void> => {
    const fromMs = run.now();
    await look();
    run.brakes.push({ fromMs, toMs: run.now() });
  };

  return {
    hooks: {
      arrived: (statement) =>
        braking(async () => {
          run.parties.set(statement.backendPid, { role: 'migration', ordinal: statement.ordinal });
          nodes ??= await readRelfilenodes(run.admin);
          before.set(statement.ordinal, await lookAtBackend(run.admin, statement.backendPid));
          await watch.arrived?.(statement.ordinal);
        }),
      finished: (statement) =>
        braking(async () => {
          const session = sessionOf(statement.session);
          const look = await lookAtBackend(run.admin, statement.backendPid);
          const earlier = before.get(statement.ordinal);
          before.delete(statement.ordinal);
          const open = statement.statusAfter === 'T' || statement.traced;
          if (open) {
            takeLocks(session, statement, look);
            session.wrote ||= look.xid !== null;
          }
          const changed = committedChange(statement, session.wrote, earlier, look);
          const rewrote = changed ? await rewritten() : [];
          if (statement.statusAfter === 'I') releaseLocks(session, statement.traced ? 'traced' : 'held');
          const committed = changed ? ++commits : undefined;
          notes.set(statement.ordinal, {
            statement,
            walBytes: earlier === undefined ? 0 : Number(look.walBytes - earlier.walBytes),
            rewrote,
            ...(committed === undefined ? {} : { committed }),
          });
          if (committed !== undefined) await watch.committed?.({ committed, ordinal: statement.ordinal });
        }),
    },
    async statements() {
      const place = matchSource(run.plan.bundle.statements, phaseFiles);
      const recorded = [...notes.values()].sort((a, b) => a.statement.ordinal - b.statement.ordinal);
      return Promise.all(
        recorded.map(async ({ statement, walBytes, rewrote, committed }) => ({
          ordinal: statement.ordinal,
          sql: await normalizeSql(statement.sql),
          ...place(statement.sql),
          session: statement.session,
          backendPid: statement.backendPid,
          startedAtMs: statement.sentAtMs,
          durationMs: statement.durationMs,
          waitedMs: 0,
          transaction: statement.transaction,
          statusAfter: statement.statusAfter,
          ...(committed === undefined ? {} : { committed }),
          rows: statement.rows,
          ...(statement.sqlstate === undefined ? {} : { sqlstate: statement.sqlstate }),
          ...(statement.message === undefined ? {} : { message: run.redact(statement.message) }),
          locks: locks.get(statement.ordinal) ?? [],
          rewrote,
          walBytes,
          lockTimeout:
            statement.lockTimeoutMs === null
              ? { ms: lockTimeoutMs, from: 'server' as const }
              : { ms: statement.lockTimeoutMs, from: 'session' as const },
        })),
      );
    },
  };
}

/** A transaction that was given an id and committed; in autocommit the server's next id tells, for the run is quiet. */
function committedChange(
  statement: TappedStatement,
  wrote: boolean,
  earlier: BackendLook | undefined,
  look: BackendLook,
): boolean {
  if (statement.statusAfter !== 'I' || statement.sqlstate !== undefined) return false;
  if (statement.transaction !== null) return wrote && statement.commandTag === 'COMMIT';
  if (statement.traced) return wrote;
  return earlier !== undefined && look.nextXid > earlier.nextXid;
}
