import { type CatalogQuery, collationName, notOfExtension, qualified, userSchema } from './fragments.ts';

const ofUser = (catalog: string, oid: string): string => `${userSchema('n')} AND ${notOfExtension(catalog, oid)}`;

const domainChecks = `(SELECT string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ', ' ORDER BY k.conname)
  FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c')`;

const compositeAttributes = `(SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', '
  ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`;

/** A function's text is told by its hash: whether it differs matters, and it may be long. */
export const routineAndTypeQueries: readonly CatalogQuery[] = [
  {
    kind: 'function',
    sql: `SELECT ${qualified('n', "p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'")} AS name,
        NULL AS relation,
        jsonb_build_object(
          'kind', CASE p.prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
            ELSE 'window' END,
          'definitionMd5', CASE WHEN p.prokind <> 'a' THEN md5(pg_get_functiondef(p.oid)) ELSE (
            SELECT md5(concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggtranstype::regtype,
              g.agginitval))
            FROM pg_aggregate g WHERE g.aggfnoid = p.oid) END,
          'language', l.lanname,
          'returns', pg_get_function_result(p.oid),
          'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
          'securityDefiner', p.prosecdef, 'strict', p.proisstrict, 'leakproof', p.proleakproof,
          'owner', pg_get_userbyid(p.proowner)) AS attributes
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
      WHERE ${ofUser('pg_proc', 'p.oid')}`,
  },
  {
    kind: 'enum',
    sql: `SELECT ${qualified('n', 't.typname')} AS name, NULL AS relation,
        jsonb_build_object('labels', (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
          FROM pg_enum e WHERE e.enumtypid = t.oid), 'owner', pg_get_userbyid(t.typowner)) AS attributes
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype = 'e' AND ${ofUser('pg_type', 't.oid')}`,
  },
  {
    kind: 'domain',
    sql: `SELECT ${qualified('n', 't.typname')} AS name, NULL AS relation,
        jsonb_build_object(
          'type', format_type(t.typbasetype, t.typtypmod), 'default', t.typdefault, 'notNull', t.typnotnull,
          'collation', ${collationName('t.typcollation')}, 'checks', ${domainChecks},
          'validated', NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contypid = t.oid AND NOT k.convalidated),
          'owner', pg_get_userbyid(t.typowner)) AS attributes
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      WHERE t.typtype = 'd' AND ${ofUser('pg_type', 't.oid')}`,
  },
  {
    kind: 'type',
    sql: `SELECT ${qualified('n', 't.typname')} AS name, NULL AS relation,
        jsonb_build_object(
          'kind', CASE t.typtype WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' ELSE 'base' END,
          'attributes', CASE WHEN t.typtype = 'c' THEN ${compositeAttributes} END,
          'subtype', (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid),
          'owner', pg_get_userbyid(t.typowner)) AS attributes
      FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE (t.typtype = 'r' OR (t.typtype = 'c' AND c.relkind = 'c')
          OR (t.typtype = 'b' AND t.typcategory <> 'A'))
        AND ${ofUser('pg_type', 't.oid')}`,
  },
];
