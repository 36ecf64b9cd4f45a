/** What a rehearsal says of the snapshot that it stood on. */
export interface SnapshotFacts {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** ISO time; null for SQL snapshots, whose age is not applicable. */
  readonly dataAsOf: string | null;
  readonly bytes: number;
  /** Size of the database that it was taken from; absent: nobody said, and it counts as of the same size. */
  readonly productionBytes?: number;
  readonly major: number;
}
