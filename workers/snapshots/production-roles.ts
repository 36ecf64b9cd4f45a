import type { Login } from '../../shared/edge/ports/snapshots.ts';
import type { Workshop } from './workshop.ts';

const mostTables = `
  SELECT pg_get_userbyid(c.relowner) AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`;

/**
 * Every role that the dump named can log in, all with `app`'s password, and none is a superuser. The owner of most
 * tables owns the
 * database, and is who bundles connect as unless they say otherwise.
 */
export async function makeLoginsForRoles(workshop: Workshop, database: string, app: Login): Promise<Login> {
  await using session = await workshop.connect(database);
  const roles = await session.query<{ rolname: string }>(
    "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname NOT LIKE 'pg\\_%' AND rolname <> $1",
    [app.user],
  );
  for (const { rolname } of roles)
    await session.query(`ALTER ROLE ${quoted(rolname)} LOGIN PASSWORD '${app.password}'`);
  const [{ owner } = { owner: app.user }] = await session.query<{ owner: string }>(mostTables);
  await session.query(`ALTER DATABASE ${quoted(database)} OWNER TO ${quoted(owner)}`);
  return { user: owner, password: app.password };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
