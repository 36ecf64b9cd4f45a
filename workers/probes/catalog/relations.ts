import {
  type CatalogQuery,
  collationName,
  notOfExtension,
  optionList,
  qualified,
  relationName,
  tablespaceName,
  userSchema,
} from './fragments.ts';

export const relationQueries: readonly CatalogQuery[] = [
  {
    kind: 'schema',
    sql: `SELECT n.nspname AS name, NULL AS relation,
        jsonb_build_object('owner', pg_get_userbyid(n.nspowner)) AS attributes
      FROM pg_namespace n WHERE ${userSchema('n')} AND ${notOfExtension('pg_namespace', 'n.oid')}`,
  },
  {
    kind: 'extension',
    sql: `SELECT e.extname AS name, NULL AS relation,
        jsonb_build_object('version', e.extversion, 'schema', n.nspname) AS attributes
      FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
  },
  {
    kind: 'table',
    sql: `SELECT ${qualified('n', 'c.relname')} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' ELSE 'foreign' END,
          'persistence', CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END,
          'owner', pg_get_userbyid(c.relowner),
          'partitionKey', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
          'partitionBound', pg_get_expr(c.relpartbound, c.oid),
          'parents', (SELECT string_agg(${relationName('i.inhparent')}, ', ' ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid),
          'detachPending', (SELECT bool_or(i.inhdetachpending) FROM pg_inherits i WHERE i.inhrelid = c.oid),
          'rowSecurity', c.relrowsecurity,
          'forceRowSecurity', c.relforcerowsecurity,
          'replicaIdentity', CASE c.relreplident WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing'
            WHEN 'f' THEN 'full' ELSE 'index' END,
          'options', ${optionList('c.reloptions')},
          'toastOptions', (SELECT ${optionList('t.reloptions')} FROM pg_class t WHERE t.oid = c.reltoastrelid),
          'accessMethod', (SELECT amname FROM pg_am WHERE oid = c.relam),
          'tablespace', ${tablespaceName('c.reltablespace')},
          'ofType', CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END) AS attributes
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'f') AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  },
  {
    kind: 'column',
    sql: `SELECT ${qualified('n', "c.relname || '.' || a.attname")} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'position', row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),
          'type', format_type(a.atttypid, a.atttypmod),
          'notNull', a.attnotnull,
          'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
          'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid)
            || CASE a.attgenerated WHEN 's' THEN ' stored' ELSE ' virtual' END END,
          'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
          'collation', CASE WHEN a.attcollation <> t.typcollation THEN ${collationName('a.attcollation')} END,
          'storage', a.attstorage,
          'compression', nullif(a.attcompression, ''),
          'statisticsTarget', nullif(a.attstattarget, -1),
          'options', ${optionList('a.attoptions')},
          'foreignOptions', ${optionList('a.attfdwoptions')},
          'local', a.attislocal) AS attributes
      FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
        AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  },
  {
    kind: 'sequence',
    sql: `SELECT ${qualified('n', 'c.relname')} AS name,
        ${relationName('o.refobjid')} AS relation,
        jsonb_build_object(
          'type', format_type(s.seqtypid, NULL), 'start', s.seqstart::text, 'increment', s.seqincrement::text,
          'min', s.seqmin::text, 'max', s.seqmax::text, 'cache', s.seqcache::text, 'cycle', s.seqcycle,
          'owner', pg_get_userbyid(c.relowner), 'persistence', c.relpersistence,
          'ownedBy', ${relationName('o.refobjid')} || '.' || (SELECT a.attname FROM pg_attribute a
            WHERE a.attrelid = o.refobjid AND a.attnum = o.refobjsubid)) AS attributes
      FROM pg_sequence s
        JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = c.oid
          AND o.refclassid = 'pg_class'::regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i')
      WHERE ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  },
  {
    kind: 'view',
    sql: `SELECT ${qualified('n', 'c.relname')} AS name, ${qualified('n', 'c.relname')} AS relation,
        jsonb_build_object(
          'kind', CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized' END,
          'definition', pg_get_viewdef(c.oid),
          'populated', c.relispopulated,
          'options', ${optionList('c.reloptions')},
          'owner', pg_get_userbyid(c.relowner),
          'tablespace', ${tablespaceName('c.reltablespace')}) AS attributes
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('v', 'm') AND ${userSchema('n')} AND ${notOfExtension('pg_class', 'c.oid')}`,
  },
];
