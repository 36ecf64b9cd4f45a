import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { adminRole } from './base-cluster.ts';
import { cleanSecrets } from './clean-secrets.ts';
import type { Workshop } from './workshop.ts';

const mostTables = `
  SELECT pg_get_userbyid(c.relowner) AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND pg_get_userbyid(c.relowner) <> '${adminRole}'
  GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`;

/**
 * Every role of production can log in, all with `app`'s password, and none is a superuser. The owner of most tables
 * owns the database, and is who bundles connect as unless they say otherwise.
 */
export async function makeLoginsForRoles(workshop: Workshop, database: string, app: Login): Promise<Login> {
  await using session = await workshop.connect(database);
  await cleanSecrets(session, app.password);
  const [{ owner } = { owner: app.user }] = await session.query<{ owner: string }>(mostTables);
  await session.query(`ALTER DATABASE ${quoted(database)} OWNER TO ${quoted(owner)}`);
  return { user: owner, password: app.password };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
