import {
  type CatalogQuery,
  notOfExtension,
  optionList,
  qualified,
  relationName,
  tablespaceName,
  userSchema,
} from './fragments.ts';

const ofTable = `JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`;

const firing = (column: string): string => `CASE ${column} WHEN 'O' THEN 'enabled' WHEN 'D' THEN 'disabled'
  WHEN 'R' THEN 'replica' ELSE 'always' END`;

/** Parts of tables. Triggers that the server makes for foreign keys have oids in their names and are left out. */
export const tablePartQueries: readonly CatalogQuery[] = [
  {
    kind: 'constraint',
    sql: `SELECT ${qualified('n', "c.relname || '.' || k.conname")} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'type', CASE k.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'p' THEN 'primary key'
            WHEN 'u' THEN 'unique' WHEN 'x' THEN 'exclusion' WHEN 'n' THEN 'not null' ELSE k.contype::text END,
          'definition', pg_get_constraintdef(k.oid),
          'validated', k.convalidated,
          'enforced', coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true),
          'deferrable', k.condeferrable, 'deferred', k.condeferred,
          'local', k.conislocal,
          -- Of others it says which way a partition got its key: attached, or made with it.
          'noInherit', k.connoinherit AND k.contype IN ('c', 'n'),
          'triggersDisabled', EXISTS (SELECT FROM pg_trigger t
            WHERE t.tgconstraint = k.oid AND t.tgisinternal AND t.tgenabled = 'D')) AS attributes
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid ${ofTable} AND k.contype <> 't'`,
  },
  {
    kind: 'index',
    sql: `SELECT ${qualified('n', 'x.relname')} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'definition', pg_get_indexdef(x.oid),
          'valid', i.indisvalid, 'ready', i.indisready, 'live', i.indislive,
          'unique', i.indisunique, 'primary', i.indisprimary, 'exclusion', i.indisexclusion,
          'immediate', i.indimmediate, 'clustered', i.indisclustered, 'replicaIdentity', i.indisreplident,
          'partitionOf', (SELECT ${relationName('p.inhparent')} FROM pg_inherits p WHERE p.inhrelid = x.oid),
          'options', ${optionList('x.reloptions')},
          'tablespace', ${tablespaceName('x.reltablespace')}) AS attributes
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid ${ofTable}`,
  },
  {
    kind: 'trigger',
    sql: `SELECT ${qualified('n', "c.relname || '.' || t.tgname")} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object('definition', pg_get_triggerdef(t.oid), 'state', ${firing('t.tgenabled')}) AS attributes
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid ${ofTable} AND NOT t.tgisinternal
      UNION ALL
      SELECT e.evtname, NULL, jsonb_build_object(
          'definition', 'EVENT TRIGGER ON ' || e.evtevent
            || coalesce(' WHEN TAG IN (' || array_to_string(e.evttags, ', ') || ')', '')
            || ' EXECUTE FUNCTION ' || e.evtfoid::regprocedure::text,
          'state', ${firing('e.evtenabled')})
      FROM pg_event_trigger e WHERE ${notOfExtension('pg_event_trigger', 'e.oid')}`,
  },
  {
    kind: 'policy',
    sql: `SELECT ${qualified('n', "c.relname || '.' || p.polname")} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'permissive', p.polpermissive,
          'command', CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update'
            WHEN 'd' THEN 'delete' ELSE 'all' END,
          'roles', (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END, ', '
            ORDER BY CASE r WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END) FROM unnest(p.polroles) r),
          'using', pg_get_expr(p.polqual, p.polrelid),
          'check', pg_get_expr(p.polwithcheck, p.polrelid)) AS attributes
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ${ofTable}`,
  },
  {
    kind: 'rule',
    sql: `SELECT ${qualified('n', "c.relname || '.' || r.rulename")} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object('definition', pg_get_ruledef(r.oid), 'state', ${firing('r.ev_enabled')}) AS attributes
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class ${ofTable} AND r.rulename <> '_RETURN'`,
  },
  {
    kind: 'statistics',
    sql: `SELECT sn.nspname || '.' || s.stxname AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object('definition', pg_get_statisticsobjdef(s.oid), 'target', nullif(s.stxstattarget, -1),
          'owner', pg_get_userbyid(s.stxowner)) AS attributes
      FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace
        JOIN pg_class c ON c.oid = s.stxrelid ${ofTable}`,
  },
];
