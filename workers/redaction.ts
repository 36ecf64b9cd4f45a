import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../shared/domain/bundle.ts';
import type { SqlSession } from '../shared/edge/ports/sql.ts';
import { bundleWithoutValues, valuesOf } from '../shared/plan/bundle-without-values.ts';
import { identifiersOf, redactMessage, withoutStrings } from '../shared/plan/normalize-sql.ts';
import { manifestFile } from '../shared/plan/read-bundle.ts';
import { redactOutput, wordsOf } from '../shared/plan/redact-output.ts';

/** Removes row values from what servers and programs say. */
export interface Redaction {
  /** A server's message; every name in the statement that it is about is a name, not a value. */
  message(said: string, about?: { readonly sqlstate?: string | undefined; readonly sql?: string }): string;
  /** A line that a program of the bundle wrote: only words stay that are in the bundle's own files, or plain ones. */
  output(line: string): string;
}

/** Files whose words are known; what is larger is data, and a bundle with more text than that is read in part. */
const fileBytesMax = 256 * 1024;
const bytesMax = 8 * 1024 * 1024;

export async function openRedaction(bundle: Bundle, bundleDir: string, session: SqlSession): Promise<Redaction> {
  const rows = await session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class UNION SELECT attname FROM pg_attribute WHERE attnum > 0
     UNION SELECT conname FROM pg_constraint UNION SELECT tgname FROM pg_trigger UNION SELECT typname FROM pg_type
     UNION SELECT proname FROM pg_proc UNION SELECT nspname FROM pg_namespace UNION SELECT rolname FROM pg_roles
     UNION SELECT name FROM pg_settings`,
  );
  const identifiers = new Set(rows.map((row) => row.name));
  for (const { sql } of bundle.statements) for (const name of identifiersOf(sql)) identifiers.add(name);
  const words = await knownWords(bundle, bundleDir);
  return {
    message(said, { sqlstate, sql } = {}) {
      const names = sql === undefined ? identifiers : new Set([...identifiers, ...identifiersOf(sql)]);
      const redacted = redactMessage(said, names);
      // RAISE says what its author made of a row's values, quoted or not.
      return sqlstate?.startsWith('P0') ? redactOutput(redacted, names, words) : redacted;
    },
    output: (line) => redactOutput(redactMessage(line, identifiers), identifiers, words),
  };
}

const known = new WeakMap<Bundle, Promise<ReadonlySet<string>>>();

/** Once for each bundle: its files do not change. */
function knownWords(bundle: Bundle, bundleDir: string): Promise<ReadonlySet<string>> {
  const words = known.get(bundle) ?? readWords(bundle, bundleDir);
  known.set(bundle, words);
  return words;
}

/**
 * Words of the bundle's own text; the snapshot's rows are values, so are what the manifest gives to programs and what
 * migrations write into tables, and modules of others know every word there is.
 */
async function readWords(bundle: Bundle, bundleDir: string): Promise<ReadonlySet<string>> {
  const { files, manifest, statements } = bundle;
  const seeds = manifest.snapshot.kind === 'sql' ? manifest.snapshot.files : [];
  const unread = new Set([manifestFile, ...seeds, ...statements.map(({ file }) => file)]);
  const words = new Set(wordsOf(JSON.stringify(bundleWithoutValues({ ...bundle, statements: [] }).manifest)));
  for (const { sql } of statements) for (const word of wordsOf(withoutStrings(sql))) words.add(word);
  let leftBytes = bytesMax;
  for (const { path, kind, sizeBytes } of files) {
    if (kind === 'link' || unread.has(path) || /(^|\/)(node_modules|\.git)\//.test(path)) continue;
    if (sizeBytes > fileBytesMax || sizeBytes > leftBytes) continue;
    leftBytes -= sizeBytes;
    const bytes = await readFile(join(bundleDir, path));
    if (!bytes.includes(0)) for (const word of wordsOf(bytes.toString('utf8'))) words.add(word);
  }
  // A secret stays one where a file of the bundle holds it too.
  for (const value of valuesOf(manifest)) for (const word of wordsOf(value)) words.delete(word);
  return words;
}
