import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outlineDump } from '../../../workers/snapshots/dump-tables.ts';
import { readDump } from '../../../workers/snapshots/read-dump.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-dump-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function read(
  content: string | Buffer,
  name = 'dump.sql',
): Promise<readonly (readonly [number, string, string?])[]> {
  await writeFile(join(dir, name), content);
  const items: [number, string, string?][] = [];
  for await (const item of readDump(join(dir, name))) {
    if (item.kind === 'sql') items.push([item.line, item.sql]);
    else {
      const pieces: Buffer[] = [];
      for await (const piece of item.rows) pieces.push(piece);
      items.push([item.line, item.sql, Buffer.concat(pieces).toString()]);
    }
  }
  return items;
}

const dump = `-- PostgreSQL database dump
\\restrict x

CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$
SELECT 'COPY x FROM stdin;';
$$;
COPY public.t (id, "Full, ""Name") FROM stdin;
1\t; not the end
2\t\\\\.
\\.


SELECT 1; SELECT
  2;
`;

test('a dump is read as statements with their lines, and blocks of rows as they stand', async () => {
  expect(await read(dump)).toEqual([
    [4, "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$\nSELECT 'COPY x FROM stdin;';\n$$"],
    [7, 'COPY public.t (id, "Full, ""Name") FROM stdin', '1\t; not the end\n2\t\\\\.\n'],
    [13, 'SELECT 1'],
    [13, 'SELECT\n  2'],
  ]);
});

test('a gzipped dump reads the same', async () => {
  expect(await read(gzipSync(dump), 'dump.sql.gz')).toEqual(await read(dump));
});

test('rows that nobody reads are passed over, and lines are counted on', async () => {
  await writeFile(join(dir, 'dump.sql'), dump);
  const lines: number[] = [];
  for await (const item of readDump(join(dir, 'dump.sql'))) lines.push(item.line);
  expect(lines).toEqual([4, 7, 13, 13]);
});

test('the outline names tables and columns without their quotes', async () => {
  await writeFile(join(dir, 'dump.sql'), dump.replace(/SELECT 1; SELECT\n {2}2;/, ''));
  expect((await outlineDump(join(dir, 'dump.sql'))).tables).toEqual([
    { table: 'public.t', columns: ['id', 'Full, "Name'] },
  ]);
});

test('a command of psql, a custom-format dump and rows outside of COPY are refused', async () => {
  await expect(read('\\connect other\n')).rejects.toMatchObject({ code: 'psql-command' });
  await expect(read('PGDMP\u0001')).rejects.toMatchObject({ code: 'not-a-plain-dump' });
  await writeFile(join(dir, 'dump.sql'), '\n\nINSERT INTO t VALUES (1);\n');
  await expect(outlineDump(join(dir, 'dump.sql'))).rejects.toMatchObject({
    ...{ fault: 'policy', code: 'unmaskable-statement' },
    problems: [expect.objectContaining({ line: 3 })],
  });
});
