import { describe, expect, test } from 'vitest';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { splitScript } from '../../../shared/plan/split-sql.ts';

const dump = String.raw`\restrict a1B2
-- PostgreSQL database dump
SET client_encoding = 'UTF8';
\connect app
CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $_$
BEGIN
  PERFORM 1; -- \i not.sql
END $_$;
COPY public.alerts (id, note) FROM stdin;
1	it's; here
2	\\.
3	$$ \N
\.


COPY public.empty (id) FROM stdin;
\.
SELECT pg_catalog.setval('public.alerts_id_seq', 3, true);
\unrestrict a1B2
`;

describe('splitScript', () => {
  test('reads plain output of pg_dump as it is', () => {
    expect([...splitScript('dump.sql', dump)]).toEqual([
      { kind: 'sql', sql: "SET client_encoding = 'UTF8'", line: 3 },
      { kind: 'sql', sql: expect.stringMatching(/^CREATE FUNCTION[\s\S]*END \$_\$$/), line: 5 },
      {
        kind: 'copy',
        sql: 'COPY public.alerts (id, note) FROM stdin',
        line: 9,
        data: "1\tit's; here\n2\t\\\\.\n3\t$$ \\N\n",
      },
      { kind: 'copy', sql: 'COPY public.empty (id) FROM stdin', line: 16, data: '' },
      { kind: 'sql', sql: "SELECT pg_catalog.setval('public.alerts_id_seq', 3, true)", line: 18 },
    ]);
  });

  test('takes the rows of a COPY without an end mark to the end of the text', () => {
    expect([...splitScript('f.sql', 'COPY t FROM stdin;\n1\n2\n')]).toEqual([
      { kind: 'copy', sql: 'COPY t FROM stdin', line: 1, data: '1\n2\n' },
    ]);
  });

  test('knows a COPY to a file, from a program and from a query for a statement', () => {
    const text = 'COPY t TO STDOUT;COPY (SELECT a FROM stdin) TO STDOUT;';
    expect([...splitScript('f.sql', text)].map(({ kind }) => kind)).toEqual(['sql', 'sql']);
  });

  test.each([
    ['\\c'],
    ['\\connect -'],
    ['\\connect app'],
    ['\\connect "app"'],
    [`\\connect -reuse-previous=on "dbname='app'"`],
  ])('ignores `%s`, which stays in the database', (line) => {
    expect([...splitScript('f.sql', `SELECT 1;\n${line}\nSELECT 2;`)]).toHaveLength(2);
  });

  test.each([
    ['\\i other.sql', 'SELECT 1;\n\\i other.sql\n', 2],
    ['\\connect to another database', '\\connect other\n', 1],
    ['a command inside of a statement', 'SELECT 1\n\\gexec\n', 1],
    ['\\copy', "SELECT 1;\n\n\\copy t from 'x'\n", 3],
  ])('refuses %s with file and line', (_, text, line) => {
    const read = () => [...splitScript('seed/a.sql', text)];
    expect(read).toThrow(RehearsalError);
    expect(read).toThrow(
      expect.objectContaining({
        code: 'psql-command',
        problems: [expect.objectContaining({ file: 'seed/a.sql', line })],
      }),
    );
  });

  test('gives one item after the other, so that what precedes a refusal can be used', () => {
    const items = splitScript('f.sql', 'SELECT 1;\n\\q\n');
    expect(items.next().value).toEqual({ kind: 'sql', sql: 'SELECT 1', line: 1 });
    expect(() => items.next()).toThrow('f.sql:2');
  });
});
