import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { planDeclared } from './plan-declared.ts';
import { planGenerated } from './plan-generated.ts';
import type { TrafficOptions } from './start-traffic.ts';
import type { TrafficPlan, TrafficTemplate } from './traffic-plan.ts';

export interface CoveredPlan extends TrafficPlan {
  /** Relations whose coverage is told: all targets and all that declared statements write. */
  readonly coveredRelations: readonly string[];
}

/** Enough that a pile-up of some seconds waits on the server, where it can be seen, and not in our own queue. */
const connectionsMax = 64;
/** Left for the migration, the applications, the actors and our own sessions. */
const connectionsSpared = 36;

/** Reads the untouched database as the role that will send the traffic. */
export async function planTraffic(options: TrafficOptions): Promise<CoveredPlan> {
  await using session = await options.sql.connect(options.apps, 'rehearsal/traffic');
  const templates: TrafficTemplate[] = [...(await planDeclared(session, options.load.statements))];
  for (const target of options.targets) templates.push(...(await planGenerated(session, target)));
  const written = templates.flatMap((template) => template.writes.map((write) => write.relation));
  return {
    address: options.apps,
    connectionsMax: await readConnectionsMax(session),
    ratePerSecond: options.load.ratePerSecond,
    seed: options.seed,
    templates,
    coveredRelations: [...new Set([...options.targets.map((target) => target.relation), ...written])].sort(),
  };
}

async function readConnectionsMax(session: SqlSession): Promise<number> {
  const [row] = await session.query<{ allowed: number }>(
    `SELECT (current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - coalesce(current_setting('reserved_connections', true)::int, 0)) AS allowed`,
  );
  const allowed = row?.allowed ?? connectionsMax;
  return Math.max(2, Math.min(connectionsMax, allowed - connectionsSpared));
}
