import type { Clock } from '../../../shared/edge/ports/clock.ts';
import type { Sql } from '../../../shared/edge/ports/sql.ts';
import type { DataRoot } from '../data-root.ts';
import type { ProcessGroups } from './process-group.ts';
import type { Runtime } from './runtime.ts';

/** What every clone of this host is made with. */
export interface CloneParts {
  readonly dataRoot: DataRoot;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly groups: ProcessGroups;
  readonly runtime: Runtime;
}
