import type { Bundle } from './bundle.ts';
import type { StaticHint } from './hint.ts';
import type { HotpatchLook } from './hotpatch.ts';
import type { RehearsalId } from './ids.ts';
import type { VersionImage } from './image.ts';
import type { HostFacts } from './observation.ts';
import type { Observed } from './observed.ts';
import type { Rules } from './rules.ts';
import type { RunSpec, Scenario } from './run.ts';
import type { SnapshotFacts } from './snapshot.ts';

/** One bundle on one snapshot: what every run of the rehearsal shares. */
export interface Plan {
  readonly rehearsalId: RehearsalId;
  readonly bundle: Bundle;
  readonly snapshot: SnapshotFacts;
  readonly host: HostFacts;
  readonly rules: Rules;
  readonly seed: number;
  /** Scenarios that are looked at; the caller may leave some out. */
  readonly only: readonly Scenario[];
  /** The declared hot patches, those in an image of next included; absent: none is declared. */
  readonly hotpatches?: readonly HotpatchLook[];
  /** Those that the versions run in; absent: they have none, or the host knows none. */
  readonly images?: readonly VersionImage[];
  /** What a linter said of the phases' SQL files; it goes into the evidence and decides nothing. */
  readonly staticHints?: Observed<readonly StaticHint[]>;
}

/** What is to be run, as far as the evidence so far lets it be known; the sheet only ever grows. */
export interface RunSheet {
  readonly runs: readonly RunSpec[];
  readonly notTested: readonly { readonly what: string; readonly because: string }[];
  /** Nothing more will be planned once these are done. */
  readonly complete: boolean;
}
