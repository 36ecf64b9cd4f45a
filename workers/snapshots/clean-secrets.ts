import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { adminRole } from './base-cluster.ts';

/**
 * Settings of a role or database that a clone must not follow: they would name places or libraries of production's
 * machine, or write statements, and with them values, into the clone's log.
 */
export const unfollowedSettings =
  '^(log_|auto_explain[.]|(session|local|shared)_preload_libraries$|temp_tablespaces$|default_tablespace$)';

const settingsOfRoles = `
  SELECT CASE WHEN setrole = 0 THEN format('DATABASE %I', datname)
              WHEN setdatabase = 0 THEN format('ROLE %I', rolname)
              ELSE format('ROLE %I IN DATABASE %I', rolname, datname) END AS target,
         quote_ident(split_part(setting, '=', 1)) AS name
  FROM pg_db_role_setting
  LEFT JOIN pg_database d ON d.oid = setdatabase
  LEFT JOIN pg_roles r ON r.oid = setrole, unnest(setconfig) AS setting
  WHERE split_part(setting, '=', 1) ~ '${unfollowedSettings}'`;

/**
 * What leads from a copy back into production, or lets one log in there, goes: passwords for other servers,
 * subscriptions, and every role's own password and powers beyond the database.
 */
export async function cleanSecrets(session: SqlSession, password: string): Promise<void> {
  const mappings = await session.query<{ drop: string }>(
    `SELECT format('DROP USER MAPPING FOR %s SERVER %I', CASE WHEN umuser = 0 THEN 'PUBLIC' ELSE quote_ident(usename) END, srvname)
       AS drop FROM pg_user_mappings`,
  );
  const subscriptions = await session.query<{ drop: string }>(
    `SELECT format('ALTER SUBSCRIPTION %1$I DISABLE; ALTER SUBSCRIPTION %1$I SET (slot_name = NONE); DROP SUBSCRIPTION %1$I',
                   subname) AS drop
     FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  for (const { drop } of [...mappings, ...subscriptions]) {
    for (const statement of drop.split('; ')) await session.query(statement);
  }
  for (const { target, name } of await session.query<{ target: string; name: string }>(settingsOfRoles)) {
    await session.query(`ALTER ${target} RESET ${name}`);
  }
  const roles = await session.query<{ role: string }>(
    `SELECT quote_ident(rolname) AS role FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> '${adminRole}' AND oid <> 10`,
  );
  for (const { role } of roles) {
    await session.query(
      `ALTER ROLE ${role} LOGIN NOSUPERUSER NOREPLICATION VALID UNTIL 'infinity' PASSWORD '${password}'`,
    );
  }
}
