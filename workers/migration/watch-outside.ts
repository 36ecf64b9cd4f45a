import { type LockMode, lockModes } from '../../shared/domain/lock.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { LiveRun } from '../live-run.ts';
import { type BackendLook, lookAtBackend } from '../probes/look-at-backend.ts';
import { openOlderSnapshot, openReaderOfAll, waitsAnybodyElse } from './idle-sessions.ts';

const pollMs = 5;
/** A statement that gives up sooner might do so because of us. */
const patienceMsMin = 2_000;

export interface SeenOutside {
  /** The strongest lock seen on each relation. */
  readonly locks: readonly { readonly relation: string; readonly mode: LockMode }[];
  /** It waited for the older snapshot. */
  readonly waitsForSnapshots: boolean;
}

/** Looks at a backend while its statement runs. */
export interface OutsideWatch extends AsyncDisposable {
  end(): Promise<SeenOutside>;
}

/**
 * For statements that take no transaction of ours, whose locks are gone before anybody hears of their end. An older
 * snapshot of ours is open meanwhile, and a reader of ours has every table: once the statement waits for one of them,
 * its locks are looked at and it is let pass. `lockTimeoutMs`: in force for the statement, 0 for none.
 */
export async function watchOutside(run: LiveRun, pid: number, lockTimeoutMs: number): Promise<OutsideWatch> {
  await using opened = new AsyncDisposableStack();
  const older = opened.use(await openOlderSnapshot(run));
  const isPatient = lockTimeoutMs === 0 || lockTimeoutMs >= patienceMsMin;
  let reader = isPatient ? await openReaderOfAll(run) : undefined;
  opened.defer(async () => await reader?.[Symbol.asyncDispose]());
  const seen = new Map<string, LockMode>();
  let stopping = false;
  let waitsForSnapshots = false;
  const step = async (): Promise<void> => {
    const look = await run.observer.look((admin) => lookAtBackend(admin, pid));
    noteStrongest(seen, look.locks);
    if (look.waitsFor.includes(older.backendPid)) {
      waitsForSnapshots = true;
      await older[Symbol.asyncDispose]();
    }
    if (reader !== undefined) reader = await readerAfter(run, reader, pid, look);
  };
  // Whatever becomes of the looks: nobody waits for us any longer than this.
  const held = opened.move();
  const watching = (async () => {
    await using _ours = held;
    while (!stopping) {
      await step();
      if (!stopping) await run.clock.wait(pollMs);
    }
  })();
  const ended = watching.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const end = async () => {
    stopping = true;
    const failure = await ended;
    if (failure !== undefined) throw failure.error;
    return { locks: [...seen].map(([relation, mode]) => ({ relation, mode })), waitsForSnapshots };
  };
  return { end, [Symbol.asyncDispose]: async () => void (await end()) };
}

/**
 * The reader from now on. The next one does not get what the statement asks for now, and is there before it can ask for
 * more. Who waits for anybody else, and who else waits for us, is let alone: two sessions of one command must not wait
 * for each other because of us.
 */
async function readerAfter(
  run: LiveRun,
  reader: SqlSession,
  pid: number,
  { waitsFor }: BackendLook,
): Promise<SqlSession | undefined> {
  const others = await run.observer.look((admin) => waitsAnybodyElse(admin, reader.backendPid, pid));
  if (!others && waitsFor.length === 0) return reader;
  await using _passed = reader;
  return !others && waitsFor.includes(reader.backendPid) ? await openReaderOfAll(run) : undefined;
}

function noteStrongest(seen: Map<string, LockMode>, locks: BackendLook['locks']): void {
  for (const { relation, mode } of locks) {
    const known = seen.get(relation);
    if (known === undefined || lockModes.indexOf(mode) > lockModes.indexOf(known)) seen.set(relation, mode);
  }
}
