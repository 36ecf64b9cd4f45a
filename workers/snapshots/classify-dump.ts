import { type DumpOutline, outlineDump } from './dump-tables.ts';
import { yamlKey } from './masking-policy.ts';

export async function classifyDump(file: string): Promise<string> {
  return draftPolicy(await outlineDump(file));
}

/** A policy to begin with: every column, each with a suggestion that somebody must look at. */
export function draftPolicy({ tables, types }: Pick<DumpOutline, 'tables' | 'types'>): string {
  const lines = tables.flatMap(({ table, columns }) => [
    `  ${yamlKey(table)}:`,
    ...columns.map((column) => {
      const type = types.get(`${table}.${column}`) ?? 'unknown type';
      return `    ${yamlKey(column)}: ${suggest(column, type)} # review: ${type}`;
    }),
  ]);
  return [
    '# A draft. Look at every line; a suggestion knows a name and a type, and nothing of the values.',
    'tables:',
    ...lines,
    '',
  ].join('\n');
}

const secret = /pass(word|wd|phrase)?|secret|token|api_?key|private_?key|salt|otp|session|cookie|credential/i;
const email = /e?mail/i;
const person =
  /(first|last|full|user|display|nick|maiden)_?name|^name$|phone|mobile|fax|street|address|zip|postal|city|birth|dob|ssn|iban|card|tax_?id|passport|ip_?addr|^ip$|user_?agent|lat(itude)?$|(lng|lon|longitude)$/i;
const key = /^id$|_id$|^uuid$/i;
const harmlessType =
  /^(boolean|smallint|integer|bigint|numeric|real|double precision|date|timestamp|time|interval|oid)/i;
/** Of one value: nothing is known of what an array of them holds. */
const textType = /^(\w+\.)?(text|character|varchar|citext)(?!.*\[\])/i;

function suggest(column: string, type: string): string {
  if (secret.test(column)) return 'drop';
  if (email.test(column) && textType.test(type)) return sql(`md5(${quoted(column)}) || '@example.invalid'`);
  if (person.test(column)) return textType.test(type) ? sql(`md5(${quoted(column)})`) : 'drop';
  if (key.test(column)) return keep('a key that other rows refer to');
  if (harmlessType.test(type)) return keep('a number, date or flag that names nobody');
  return textType.test(type) ? sql(`md5(${quoted(column)})`) : 'drop';
}

const keep = (reason: string): string => `{ keep: ${JSON.stringify(reason)} }`;
const sql = (expression: string): string => `{ sql: ${JSON.stringify(expression)} }`;
const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
