import type { Digest } from './ids.ts';

/** What the checks and the gate are configured to. */
export interface Rules {
  readonly digest: Digest;
  /** Check id → severity; absent: the check's default. */
  readonly severities: Readonly<Record<string, 'blocks' | 'warns'>>;
  /** Evidence older than this closes the gate. */
  readonly evidenceAgeMsMax: number;
  readonly snapshotAgeMsMax: number;
  /** What of its disk a server may be asked for; absent: half of the database's size, at least 1 GiB. */
  readonly diskHeadroom?: DiskHeadroom;
}

/** A part of the size of the database, and never less than so much. */
export interface DiskHeadroom {
  readonly partOfDatabase: number;
  readonly bytesMin: number;
}
