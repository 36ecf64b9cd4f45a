export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadObservation {
  readonly plannedRate: number;
  readonly achievedRate: number;
  readonly transactions: number;
  readonly failed: number;
  readonly failedBySqlstate: Readonly<Record<string, number>>;
  /** Errors of the same traffic before the first phase began. */
  readonly baselineFailedBySqlstate: Readonly<Record<string, number>>;
  readonly latencyMs: LatencyMs;
  readonly baselineLatencyMs: LatencyMs;
  /** Sum over all transactions of the time that they waited for locks behind the migration. */
  readonly blockedMs: number;
  /** The longest wait of one transaction. */
  readonly blockedMsMax: number;
  /** Transactions that waited for a lock behind the migration. */
  readonly blockedTransactions: number;
  /** Most that stood still at the same moment: those, and behind them arrivals that found no free connection. */
  readonly queueDepthMax: number;
  /** How late the generator sent, against its own schedule. */
  readonly lagMsP99: number;
  readonly coverage: readonly Coverage[];
  /** Generated statements whose cached plan was refused (0A000) and that were prepared again; they are no failures. */
  readonly preparedAgain?: number;
  readonly series: readonly LoadSecond[];
  /** Absent in evidence that was stored before there was one, and where nothing was sent. */
  readonly latencyMap?: LatencyMap;
}

export interface Coverage {
  readonly relation: string;
  /** Writes planned for that relation. */
  readonly planned: number;
  /** Growth of n_tup_ins + n_tup_upd + n_tup_del by the traffic. */
  readonly seen: number;
}

/** The traffic as counts by intended start and by latency: the same size however long it ran. */
export interface LatencyMap {
  readonly fromMs: number;
  readonly stepMs: number;
  /** Upper ends of the latency buckets, rising; one more bucket has no end. */
  readonly latencyUpToMs: readonly number[];
  /** A list for each step, with a count for each bucket; what failed is counted too. */
  readonly counts: readonly (readonly number[])[];
  /** What failed, with a count for each step; rare codes together are `other`. */
  readonly failures: readonly { readonly sqlstate: string; readonly counts: readonly number[] }[];
}

/** 100 ms of traffic, by intended start. */
export interface LoadSecond {
  readonly atMs: number;
  readonly transactions: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** `up to 12 at once`, and who they were where that is more than waited for locks. */
export function depthWords({ blockedTransactions, queueDepthMax }: LoadObservation): string {
  const more = queueDepthMax > blockedTransactions ? ', those included that found no free connection' : '';
  return `up to ${queueDepthMax} at once${more}`;
}
