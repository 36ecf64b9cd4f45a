import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { unfollowedSettings } from './clean-secrets.ts';

interface RoleRow {
  readonly name: string;
  readonly inherits: boolean;
  readonly makesRoles: boolean;
  readonly makesDatabases: boolean;
  readonly seesAllRows: boolean;
}

const ours = `r.rolname NOT LIKE 'pg\\_%'`;

/** Roles of production with what they may do and who belongs to whom; they never get its passwords. */
export async function copyRoles(from: SqlSession, into: SqlSession): Promise<void> {
  const roles = await from.query<RoleRow>(
    `SELECT r.rolname AS name, r.rolinherit AS inherits, r.rolcreaterole AS "makesRoles",
            r.rolcreatedb AS "makesDatabases", r.rolbypassrls AS "seesAllRows"
     FROM pg_roles r WHERE ${ours} ORDER BY 1`,
  );
  for (const role of roles) {
    const [known] = await into.query('SELECT FROM pg_roles WHERE rolname = $1', [role.name]);
    if (known === undefined) await into.query(`CREATE ROLE ${quoted(role.name)}`);
    await into.query(`ALTER ROLE ${quoted(role.name)} ${powersOf(role)}`);
  }
  const members = await from.query<{ role: string; member: string; admin: boolean }>(
    `SELECT g.rolname AS role, r.rolname AS member, bool_or(m.admin_option) AS admin
     FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles r ON r.oid = m.member
     WHERE ${ours} GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  for (const { role, member, admin } of members) {
    await into.query(`GRANT ${quoted(role)} TO ${quoted(member)}${admin ? ' WITH ADMIN OPTION' : ''}`);
  }
}

const powersOf = ({ inherits, makesRoles, makesDatabases, seesAllRows }: RoleRow): string =>
  [
    inherits ? 'INHERIT' : 'NOINHERIT',
    makesRoles ? 'CREATEROLE' : 'NOCREATEROLE',
    makesDatabases ? 'CREATEDB' : 'NOCREATEDB',
    seesAllRows ? 'BYPASSRLS' : 'NOBYPASSRLS',
  ].join(' ');

/**
 * `ALTER ROLE … SET` and `ALTER DATABASE … SET` as they stand in production. A list of names is only read right by the
 * server itself: it is set in a session and taken from there.
 */
export async function copyRoleSettings(from: SqlSession, into: SqlSession, database: string): Promise<void> {
  const settings = await from.query<{ role: string | null; here: boolean; setting: string }>(
    `SELECT r.rolname AS role, s.setdatabase <> 0 AS here, unnest(s.setconfig) AS setting
     FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole
     WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
       AND (s.setrole = 0 OR (${ours}))`,
  );
  for (const { role, here, setting } of settings) {
    const at = setting.indexOf('=');
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)];
    if (!isFollowed(name)) continue;
    const target =
      role === null
        ? `DATABASE ${quoted(database)}`
        : `ROLE ${quoted(role)}${here ? ` IN DATABASE ${quoted(database)}` : ''}`;
    await into.query('BEGIN');
    await into.query('SELECT set_config($1, $2, true)', [name, value]);
    await into.query(`ALTER ${target} SET ${name} FROM CURRENT`);
    await into.query('COMMIT');
  }
}

const isFollowed = (name: string): boolean =>
  /^[a-z_][a-z0-9_.]*$/i.test(name) &&
  !new RegExp(unfollowedSettings, 'i').test(name) &&
  // It would change who our own session is.
  !/^(role|session_authorization)$/i.test(name);
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
