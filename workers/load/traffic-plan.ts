import type { AppName } from '../../shared/domain/bundle.ts';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';

/** All that the generator needs; it crosses into its thread as plain values and leaves nothing to decide but time. */
export interface TrafficPlan {
  readonly address: ServerAddress;
  readonly connectionsMax: number;
  readonly ratePerSecond: number;
  readonly seed: number;
  readonly templates: readonly TrafficTemplate[];
}

export type TrafficTemplate = DeclaredTemplate | GeneratedTemplate;

interface TemplateBase {
  readonly weight: number;
  readonly for: AppName | 'both';
  /** What one committed transaction of it writes, by relation. */
  readonly writes: readonly PlannedWrite[];
}

export interface PlannedWrite {
  readonly relation: string;
  readonly rows: number;
}

/** A statement of the manifest, sent as text in one message: several statements are one transaction then. */
export interface DeclaredTemplate extends TemplateBase {
  readonly kind: 'declared';
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly part: 'text'; readonly text: string }
  | { readonly part: 'random'; readonly from: number; readonly to: number }
  | { readonly part: 'seq' }
  /** `inString`: it stands inside quotes already. */
  | { readonly part: 'pick'; readonly column: string; readonly inString: boolean; readonly values: readonly string[] };

/** Our own statements on one table, prepared by name on each connection. */
export interface GeneratedTemplate extends TemplateBase {
  readonly kind: 'generated';
  readonly act: 'update' | 'select' | 'insert-and-delete';
  readonly relation: string;
  /** Names what is prepared; unique within the plan. */
  readonly name: string;
  readonly sql: string;
  /** For `insert-and-delete`: removes the row again, with the values that `sql` returned as parameters. */
  readonly undo?: string;
  /** Parameter lists to draw from; empty: `sql` takes none. */
  readonly keys: readonly (readonly (string | null)[])[];
}
