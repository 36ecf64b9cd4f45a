/**
 * A column of type json of which SQL reads a key. PostgreSQL un-escapes the whole document for that and fails where it
 * has U+0000 or half of a surrogate pair; those become U+FFFD. Escaped backslashes are put aside meanwhile, as U+0001,
 * which JSON never holds unescaped. https://www.postgresql.org/docs/current/datatype-json.html
 */
export const readableJson = (column: string): string => String.raw`CASE
  WHEN strpos(${column}::text, '\u0000') + strpos(${column}::text, '\ud') = 0 THEN ${column}
  ELSE replace(
    regexp_replace(replace(${column}::text, '\\', chr(1)), '\\u(0000|d[89a-f][0-9a-f]{2})', '\\ufffd', 'g'),
    chr(1), '\\')::json END`;
