/** What any run of a rehearsal asks of the machine that performs it. */
export interface Needs {
  /** Absent: the snapshot's. */
  readonly major?: number;
  /** The server of a clone, and every limit that the manifest sets for what runs beside it. */
  readonly memoryBytes: number;
}

/** What a machine has for runs; what is absent nobody said, and it is not held against it. */
export interface Room {
  readonly snapshots: readonly RoomSnapshot[];
  /** What clones run in does not answer at this moment. */
  readonly engineAway?: boolean;
  /** Absent: any, as far as an image of it can be had. */
  readonly majors?: readonly number[];
  readonly memoryFreeBytes?: number;
  readonly diskFreeBytes?: number;
  /** Of the disk, what is left alone. */
  readonly diskReserveBytes?: number;
  /** A clone costs the whole size of its snapshot. */
  readonly copiesInFull?: boolean;
}

export interface RoomSnapshot {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
  readonly major: number;
}

/** Why a machine cannot take a rehearsal. Nothing in it changes from moment to moment. */
export type Lack =
  | { readonly lacks: 'worker' }
  | { readonly lacks: 'engine' }
  | { readonly lacks: 'snapshot'; readonly snapshot: string }
  | { readonly lacks: 'major'; readonly major: number }
  | { readonly lacks: 'disk'; readonly neededBytes: number }
  | { readonly lacks: 'memory'; readonly neededBytes: number };

export const lackKinds = [
  'worker',
  'engine',
  'snapshot',
  'major',
  'disk',
  'memory',
] as const satisfies readonly Lack['lacks'][];

/** Among the rehearsals of one service; between services turns decide. */
export type Priority = 'normal' | 'high';
