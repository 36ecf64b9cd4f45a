import type { SqlSession } from '../../shared/edge/ports/sql.ts';

/** Name under which the role that made the cluster stays; it cannot log in. */
const retiredRole = 'rehearsal_retired';
/** Object id of the role that initdb made: it is a superuser for ever. */
const bootstrapRole = 10;

const itsObjects = `
  WITH owned (classid, objid) AS (
    SELECT 'pg_class'::regclass, oid FROM pg_class
      WHERE relowner = ${bootstrapRole} AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
    UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE proowner = ${bootstrapRole}
    UNION ALL SELECT 'pg_type'::regclass, t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE typowner = ${bootstrapRole} AND (typtype IN ('d', 'e', 'r') OR (typtype = 'c' AND c.relkind = 'c'))
    UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspowner = ${bootstrapRole}
    UNION ALL SELECT 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxowner = ${bootstrapRole}
    UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation WHERE collowner = ${bootstrapRole}
    UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE cfgowner = ${bootstrapRole}
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict WHERE dictowner = ${bootstrapRole}
  )
  SELECT format('ALTER %s %s OWNER TO', regexp_replace(o.type, '^statistics object$', 'statistics'), o.identity)
    AS alter
  FROM owned CROSS JOIN LATERAL pg_identify_object(classid, objid, 0) o
  WHERE objid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend d WHERE d.classid = owned.classid AND d.objid = owned.objid
      AND (d.deptype = 'e'
           OR (d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass AND o.type = 'sequence')))`;

/**
 * What the cluster's first superuser owns goes to a plain role of the same name: bundles are nobody's superuser, and
 * that one cannot be demoted.
 */
export async function dethroneBootstrapRole(session: SqlSession): Promise<void> {
  const [{ role } = { role: '' }] = await session.query<{ role: string }>(
    `SELECT quote_ident(rolname) AS role FROM pg_roles WHERE oid = ${bootstrapRole} AND rolname <> current_user`,
  );
  if (role === '') return;
  await session.query(`ALTER ROLE ${role} RENAME TO ${retiredRole}`);
  await session.query(`ALTER ROLE ${retiredRole} NOLOGIN PASSWORD NULL`);
  await session.query(`CREATE ROLE ${role} LOGIN CREATEROLE CREATEDB`);
  for (const { alter } of await session.query<{ alter: string }>(itsObjects)) await session.query(`${alter} ${role}`);
}
