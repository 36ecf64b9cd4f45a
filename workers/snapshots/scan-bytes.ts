import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import type { DumpedTable, Masking, MaskingPolicy } from './masking-policy.ts';

/** Raw values that must not be in what is sealed, longest first; they stay in memory. */
export type RawSample = readonly string[];

const samplesOfColumn = 5;
const samplesMax = 400;
/** Shorter ones are found everywhere by accident. */
const lettersMin = 8;
const chunkBytes = 4 * 1024 ** 2;

/** A few values of each column that the policy masks or drops. */
export async function sampleRaw(
  source: SqlSession,
  tables: readonly DumpedTable[],
  policy: MaskingPolicy,
): Promise<RawSample> {
  const samples = new Set<string>();
  for (const table of tables) {
    for (const column of table.columns.filter((name) => maskingOf(policy, table, name).kind !== 'keep')) {
      if (samples.size >= samplesMax) break;
      const rows = await source.query<{ value: string }>(
        `SELECT DISTINCT left(${quoted(column)}::text, 200) AS value FROM ONLY ${nameOf(table)}
         WHERE length(${quoted(column)}::text) >= ${lettersMin} LIMIT ${samplesOfColumn}`,
      );
      for (const { value } of rows) samples.add(value);
    }
  }
  return [...samples].sort((a, b) => b.length - a.length);
}

/** The sampled values that stand somewhere in the files of a directory. */
export async function scanBytes(dir: string, samples: RawSample): Promise<readonly string[]> {
  if (samples.length === 0) return [];
  const raw = samples.map((text) => ({ text, bytes: Buffer.from(text) }));
  const overlap = Math.max(...raw.map(({ bytes }) => bytes.length));
  const found = new Set<string>();
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of createReadStream(join(entry.parentPath, entry.name), { highWaterMark: chunkBytes })) {
      const piece = Buffer.concat([rest, chunk as Buffer]);
      for (const { text, bytes } of raw) if (!found.has(text) && piece.includes(bytes)) found.add(text);
      rest = piece.subarray(Math.max(0, piece.length - overlap));
    }
  }
  return [...found];
}

/**
 * A value may stand where the policy lets it stand: in a column that is kept, or in what an expression makes. Throws
 * RehearsalError `raw-values-left` (fault ours) for one that may not, without repeating it.
 */
export async function refuseRaw(
  source: SqlSession,
  tables: readonly DumpedTable[],
  policy: MaskingPolicy,
  found: readonly string[],
): Promise<void> {
  const allowed = new Set<string>();
  for (const table of tables) {
    const shown = table.columns.flatMap((column) => {
      const masking = maskingOf(policy, table, column);
      if (masking.kind === 'drop') return [];
      return [`(${masking.kind === 'keep' ? quoted(column) : masking.expression})::text`];
    });
    for (const value of found.filter((one) => shown.length > 0 && !allowed.has(one))) {
      const [row] = await source.query(
        `SELECT FROM ONLY ${nameOf(table)} WHERE strpos(concat_ws(' ', ${shown.join(', ')}), $1) > 0 LIMIT 1`,
        [value],
      );
      if (row !== undefined) allowed.add(value);
    }
  }
  const left = found.filter((value) => !allowed.has(value));
  if (left.length === 0) return;
  throw new RehearsalError(
    'ours',
    'raw-values-left',
    `${left.length} sampled values of masked columns still stand in the bytes of the snapshot, which is thrown away`,
    'this is a fault of Rehearsal; read the database as a dump meanwhile: --from dump FILE',
  );
}

const maskingOf = (policy: MaskingPolicy, { table }: DumpedTable, column: string): Masking =>
  policy.get(table)?.get(column) ?? { kind: 'drop' };
const nameOf = ({ table, schema = '' }: DumpedTable): string =>
  [schema, table.slice(schema.length + 1)].map(quoted).join('.');
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
