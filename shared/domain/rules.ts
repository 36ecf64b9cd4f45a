import type { Digest } from './ids.ts';

/** What the checks and the gate are configured to. */
export interface Rules {
  readonly digest: Digest;
  /** Check id → severity; absent: the check's default. */
  readonly severities: Readonly<Record<string, 'blocks' | 'warns'>>;
  /** Evidence older than this closes the gate. */
  readonly evidenceAgeMsMax: number;
  readonly snapshotAgeMsMax: number;
}
