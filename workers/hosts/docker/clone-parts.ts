import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { Sql } from '../../../shared/edge/ports/sql.ts';
import type { DataRoot } from '../data-root.ts';
import type { Engine } from './engine.ts';

/** What every clone of this host is made with. */
export interface CloneParts {
  readonly engine: Engine;
  readonly dataRoot: DataRoot;
  /** Directory of this host's workspaces below the data root. */
  readonly workspaces: string;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly serverMemoryBytes?: number;
}
