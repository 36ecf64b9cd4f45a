import { type CatalogQuery, notOfExtension, qualified, userSchema } from './fragments.ts';

const inUserSchema = (catalog: string, oid: string): string => `${userSchema('n')} AND ${notOfExtension(catalog, oid)}`;

/**
 * Objects whose privileges were ever touched, with what the server gives to an untouched one. An explicit list that
 * says the same as no list is no grant.
 */
const touched = `
  SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS what, ${qualified('n', 'c.relname')} AS object,
    ${qualified('n', 'c.relname')} AS relation, c.relacl AS acl,
    acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS plain
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND ${inUserSchema('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'column', ${qualified('n', "c.relname || '.' || a.attname")}, ${qualified('n', 'c.relname')}, a.attacl, NULL
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND ${inUserSchema('pg_class', 'c.oid')}
  UNION ALL
  SELECT 'schema', n.nspname, NULL, n.nspacl, acldefault('n', n.nspowner)
  FROM pg_namespace n WHERE ${inUserSchema('pg_namespace', 'n.oid')}
  UNION ALL
  SELECT 'function', ${qualified('n', "p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'")}, NULL,
    p.proacl, acldefault('f', p.proowner)
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE p.proacl IS NOT NULL AND ${inUserSchema('pg_proc', 'p.oid')}
  UNION ALL
  SELECT 'type', ${qualified('n', 't.typname')}, NULL, t.typacl, acldefault('T', t.typowner)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typacl IS NOT NULL AND ${inUserSchema('pg_type', 't.oid')}
  UNION ALL
  SELECT 'default privileges', pg_get_userbyid(d.defaclrole) || CASE d.defaclobjtype WHEN 'r' THEN ' tables'
      WHEN 'S' THEN ' sequences' WHEN 'f' THEN ' functions' WHEN 'T' THEN ' types' ELSE ' schemas' END
      || coalesce(' in ' || n.nspname, ''), NULL, d.defaclacl, NULL
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`;

const privilegesOf = (acl: string): string => `
  SELECT t.what, t.object, t.relation, CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END
      AS grantee,
    string_agg(DISTINCT x.privilege_type || CASE WHEN x.is_grantable THEN '*' ELSE '' END, ', ') AS privileges
  FROM touched t, LATERAL aclexplode(t.${acl}) x GROUP BY 1, 2, 3, 4`;

/** One object per thing and grantee, where it differs from the default; `*` marks a privilege that may be passed on. */
export const grantQueries: readonly CatalogQuery[] = [
  {
    kind: 'grant',
    sql: `WITH touched AS (SELECT * FROM (${touched}) AS all_objects WHERE acl IS NOT NULL),
        now_given AS (${privilegesOf('acl')}), by_default AS (${privilegesOf('plain')})
      SELECT what || ' ' || object || ' to ' || grantee AS name, coalesce(g.relation, d.relation) AS relation,
        jsonb_build_object('on', what, 'object', object, 'grantee', grantee,
          'privileges', coalesce(g.privileges, '')) AS attributes
      FROM now_given g FULL JOIN by_default d USING (what, object, grantee)
      WHERE g.privileges IS DISTINCT FROM d.privileges`,
  },
];
