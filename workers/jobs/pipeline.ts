import type { AcceptedWaiver } from '../../shared/domain/accepted-waiver.ts';
import type { Evidence, RunResult } from '../../shared/domain/observation.ts';
import type { Plan, RunSheet } from '../../shared/domain/plan.ts';
import type { RehearsalError } from '../../shared/domain/problem.ts';
import type { QueryShape } from '../../shared/domain/query-shape.ts';
import type { Report } from '../../shared/domain/report.ts';
import type { RunSpec } from '../../shared/domain/run.ts';
import type { StoredRehearsal } from '../../shared/edge/ports/store.ts';
import type { KnownSnapshot } from '../../shared/edge/ports/worker-register.ts';

/** The core as the jobs of the queue use it: everything between a stored archive and a report. */
export interface Pipeline extends AsyncDisposable {
  /**
   * Unpacks the archive, finds or builds the snapshot. Throws RehearsalError fault `bundle` for what the bundle lacks.
   */
  prepare(archivePath: string, rehearsal: StoredRehearsal, plan: Plan | null): Promise<Prepared>;
  planRuns(plan: Plan, results: readonly RunResult[]): RunSheet;
  /** What the results so far refuse the whole bundle for. */
  refusalIn(results: readonly RunResult[]): RehearsalError | undefined;
  judge(
    plan: Plan,
    sheet: RunSheet,
    results: readonly RunResult[],
    how: {
      readonly startedAt: Date;
      readonly durationMs: number;
      readonly honourWaivers: boolean;
      /** What people accepted at the service. */
      readonly accepted: readonly AcceptedWaiver[];
    },
  ): { readonly evidence: Evidence; readonly report: Report };
  /** Those that this machine has. */
  snapshots(): Promise<readonly KnownSnapshot[]>;
}

/** One rehearsal on this worker; leaving its scope removes the unpacked bundle. */
export interface Prepared extends AsyncDisposable {
  readonly plan: Plan;
  /** `shapes`: the queries that the run prepares; its sheet says only who told them. */
  perform(spec: RunSpec, signal: AbortSignal, shapes: readonly QueryShape[] | undefined): Promise<RunResult>;
}
