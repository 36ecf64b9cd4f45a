import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Seven such rows fill a page of 8 KiB. */
const rowsOfPage = 7;
const pageBytes = 8192;
const tableBytes = 512 * 1024 ** 2;

/**
 * SQL for a database of about this size, in tables as large as a segment of half a gigabyte, each with a primary key.
 */
export async function writeFiller(dir: string, bytes: number): Promise<readonly string[]> {
  const tables = Math.max(1, Math.round(bytes / tableBytes));
  const rows = Math.round((bytes / tables / pageBytes) * rowsOfPage);
  const statements = Array.from(
    { length: tables },
    (_, index) => `CREATE TABLE filler_${index + 1} AS
  SELECT id, repeat(md5(id::text), 33) AS payload FROM generate_series(1, ${rows}) AS id;
ALTER TABLE filler_${index + 1} ADD PRIMARY KEY (id);
`,
  );
  await writeFile(join(dir, 'filler.sql'), statements.join(''));
  return ['filler.sql'];
}
