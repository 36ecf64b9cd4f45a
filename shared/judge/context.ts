import type { Bundle, Manifest } from '../domain/bundle.ts';
import type { HotpatchLook } from '../domain/hotpatch.ts';
import type { Evidence, HostFacts, RunResult } from '../domain/observation.ts';
import type { Rules } from '../domain/rules.ts';
import type { SnapshotFacts } from '../domain/snapshot.ts';
import type { Readings } from './collect-evidence.ts';
import { type ExpectedEnd, findExpectedEnd } from './derive/expected-end.ts';

/** What every check may know besides its readings: what was asked, by which rules, and where the migration leads. */
export interface JudgeContext {
  readonly bundle: Bundle;
  readonly manifest: Manifest;
  readonly rules: Rules;
  readonly snapshot: SnapshotFacts;
  readonly host: HostFacts;
  /** Empty also where nobody looked for one that is declared. */
  readonly hotpatches: readonly HotpatchLook[];
  /** The quiet run under the manifest's limits, whether it completed or not. */
  readonly control: RunResult | undefined;
  /** null: no quiet run reached the end. */
  readonly expected: ExpectedEnd | null;
}

export function contextOf(evidence: Evidence, readings: Readings): JudgeContext {
  const control = readings.control.runs[0];
  return {
    bundle: evidence.bundle,
    manifest: evidence.bundle.manifest,
    rules: evidence.rules,
    snapshot: evidence.snapshot,
    host: evidence.host,
    hotpatches: evidence.hotpatches ?? [],
    control,
    expected: findExpectedEnd(control, readings.controlUnlimited.runs[0]),
  };
}
