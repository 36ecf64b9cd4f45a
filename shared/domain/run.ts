import type { AppName } from './bundle.ts';
import type { Holder } from './holder.ts';
import type { RunId } from './ids.ts';
import type { LockMode } from './lock.ts';
import type { QueryShape } from './query-shape.ts';
import type { SteadyAsk } from './steady.ts';

export const scenarios = [
  'control',
  'under-load',
  'contention',
  'interruption',
  'rollback',
  'compatibility',
  'standby',
] as const;
export type Scenario = (typeof scenarios)[number];

/** One scenario with everything decided. A worker makes no choice: what is not here does not happen. */
export type RunSpec =
  | ControlRun
  | UnderLoadRun
  | ContentionRun
  | InterruptionRun
  | RollbackRun
  | CompatibilityRun
  | MixedRun
  | StandbyRun;

interface RunBase {
  readonly id: RunId;
  readonly seed: number;
  /** Must not share the machine with another run: its timing is evidence. */
  readonly alone: boolean;
  /** It may share the machine; where its evidence came out weak, it is made once more and alone. */
  readonly againAlone?: true;
  /** Phase → fingerprint of the control run's state after it; absent until the control run is known. */
  readonly expectedEnds: Readonly<Record<string, string>>;
}

export interface ControlRun extends RunBase {
  readonly scenario: 'control';
  /**
   * `declared`: as the manifest limits it. `unlimited`: for the expected end state. `traced`: to see the locks of
   * autocommit statements.
   */
  readonly limits: 'declared' | 'unlimited' | 'traced';
}

export interface UnderLoadRun extends RunBase {
  readonly scenario: 'under-load';
  readonly targets: readonly TrafficTarget[];
  /** Relations on which actors take turns: those that a phase locks. */
  readonly actorsOn: readonly string[];
  /** Nothing is migrated meanwhile: how one version lives with its traffic before or after. */
  readonly steady?: SteadyAsk;
}

/** A table that generated traffic writes and reads; only columns that exist before and after. */
export interface TrafficTarget {
  readonly relation: string;
  readonly columns: readonly string[];
  /** A view has its name in the end, which may refuse what the table took; absent: it is written, too. */
  readonly onlyRead?: true;
}

export type ContentionRun = HeldLockRun | SecondStartRun;

/** Somebody is in the way of a statement just before it arrives. */
export interface HeldLockRun extends RunBase {
  readonly scenario: 'contention';
  readonly holder: Holder;
  /** Holders that would be in its way for the same reason and are not tried. */
  readonly standsFor: readonly Holder[];
  readonly phase: string;
  /** The statement before which the actor takes its lock. */
  readonly ordinal: number;
  readonly relation: string;
  /** What the actor holds and what the statement will ask for. */
  readonly holds: LockMode;
  readonly requests: LockMode;
  readonly holdMs: number;
  /** Of the holder `row-write`: where the rows are that the control run saw the statement write. */
  readonly rows?: HeldRows;
  /** Server settings made shorter so that the fault fits in time (`lock_timeout` from the server only). */
  readonly scaledSettings: Readonly<Record<string, string>>;
  readonly targets: readonly TrafficTarget[];
}

/** All rows of a small table, else so many in the order in which they lie from the first page that was touched. */
export interface HeldRows {
  readonly fromPage: number;
  readonly rowsMax: number;
}

/** The command of a phase is started again while it stands before its first change. */
export interface SecondStartRun extends RunBase {
  readonly scenario: 'contention';
  readonly holder: 'second-start';
  readonly phase: string;
  /** The statement before which the first start is held until the second has come as far, ended or waits for it. */
  readonly ordinal: number;
}

/** A process of the bundle, the way between the two, one server session (asked, or as for memory), the server. */
export const cuts = ['kill-command', 'cut-connection', 'kill-backend', 'out-of-memory', 'kill-server'] as const;
export type Cut = (typeof cuts)[number];
export type CutMoment = 'before' | 'during' | 'after';

export interface InterruptionRun extends RunBase {
  readonly scenario: 'interruption';
  readonly phase: string;
  /** What is ended; absent: the command is killed. */
  readonly cut?: Cut;
  /**
   * `after` (where absent): the server finished the statement and the command has not heard. `before`: it is not sent.
   * `during`: the server works on it.
   */
  readonly moment?: CutMoment;
  /** The committed change at whose statement it happens. */
  readonly committed: number;
  /** Ordinal of the statement that committed it, as the control run saw it. */
  readonly ordinal: number;
  /** The statement waits for snapshots older than itself: one of ours holds it in its midst. */
  readonly waitsForOthers?: true;
  /** The run that asks the versions on the state that this one is meant to lead to. */
  readonly askedIn?: RunId;
  /** Fingerprint of the control run's state that the fault leads to; absent: it was not looked at. */
  readonly expectedState?: string;
  /** The migration makes or removes rows: run again, it may do so twice. */
  readonly countsRows?: true;
}

/** Queries that a run prepares, and never executes, before the first phase and on its state. */
interface PreparesShapes {
  /** The run whose cell tells them, there and nowhere else: they are thousands. Absent: nobody looks. */
  readonly shapesToldBy?: RunId;
  /** Older sheets gave each run a copy. */
  readonly shapes?: readonly QueryShape[];
}

/** What must work after the way back is what worked before the first phase. */
export interface RollbackRun extends RunBase, PreparesShapes {
  readonly scenario: 'rollback';
  /** Last phase that ran before the rollback. */
  readonly after: string;
  /** What makes it harder; absent: nothing, nobody else is in the room. */
  readonly stress?: RollbackStress;
}

export type RollbackStress =
  /** Next is started first and asked what it writes: rows that only it writes are there then. */
  | { readonly kind: 'written'; readonly askOnce: readonly string[] }
  /** The command is killed right after this committed change, and simply run again. */
  | { readonly kind: 'interrupted'; readonly ordinal: number }
  /** Traffic arrives meanwhile, and somebody holds what a statement asks for just before it arrives. */
  | { readonly kind: 'under-load'; readonly targets: readonly TrafficTarget[]; readonly hold?: RollbackHold };

export interface RollbackHold {
  readonly ordinal: number;
  readonly relation: string;
  readonly holds: LockMode;
  readonly holdMs: number;
}

export interface CompatibilityRun extends RunBase, PreparesShapes {
  readonly scenario: 'compatibility';
  readonly app: AppName;
  readonly boot: 'running' | 'fresh';
  readonly state: StatePoint;
  /** The statement of its phase that committed the state, as the control run saw it. */
  readonly ordinal?: number;
  /** Fingerprint of the control run's state there; absent: it was not looked at. */
  readonly expectedState?: string;
  /** For a running application: the phase before which it was started. */
  readonly bootsBefore?: string;
  readonly gates: boolean;
  /** The baseline: every probe is asked a second time, to learn which can be asked only once. */
  readonly asksTwice: boolean;
  /** Probes that fail the second time they are asked: not used to warm a running application. */
  readonly askOnce: readonly string[];
}

/** Both versions at once on one database, asked in turns: each meets what the other wrote. */
export interface MixedRun extends RunBase {
  readonly scenario: 'compatibility';
  readonly app: 'both';
  /** Reached by whole phases; previous has been running since before the first. */
  readonly state: StatePoint;
  /** Probes of previous that fail the second time they are asked: not used to warm it. */
  readonly askOnce: readonly string[];
  /** Counts the values of text columns on the way, to the end of the last phase. */
  readonly census: boolean;
}

export interface StandbyRun extends RunBase {
  readonly scenario: 'standby';
  /** Server settings without which nobody can follow; they hold on both servers. */
  readonly settings: Readonly<Record<string, string>>;
  /** Tables that are read on the standby while the phases run. */
  readonly reads: readonly string[];
  /** Tables that generated traffic writes meanwhile on the server that is followed; absent: nobody else is there. */
  readonly writes?: readonly TrafficTarget[];
  /** The statement before which a long read of this table begins on the standby; absent: no such read is in the way. */
  readonly longRead?: { readonly phase: string; readonly ordinal: number; readonly relation: string };
  readonly holdMs: number;
}

/** A committed state of the control run (CONTRACT "States"). */
export type StatePoint =
  | { readonly kind: 'before' }
  | { readonly kind: 'inside'; readonly phase: string; readonly committed: number }
  | { readonly kind: 'after'; readonly phase: string }
  | { readonly kind: 'after-rollback' };

/** The name that reports use. */
export function stateName(point: StatePoint, inRun?: RunId): string {
  const suffix = inRun === undefined ? '' : ` in ${inRun}`;
  switch (point.kind) {
    case 'before':
      return `before${suffix}`;
    case 'inside':
      return `after ${point.phase} #${point.committed}${suffix}`;
    case 'after':
      return `after ${point.phase}${suffix}`;
    case 'after-rollback':
      return `after rollback${suffix}`;
  }
}
