import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { describeWith } from '../../support/require.ts';
import { pgClient, tapBefore } from './clients.ts';
import { javaProgram, nodePrograms, packagedPrograms, run } from './programs.ts';

let server: EmbeddedPostgres;
beforeAll(async () => {
  const preload = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'top' };
  server = await startEmbeddedPostgres({ settings: preload });
  const client = await pgClient(server.address);
  await client.query('CREATE EXTENSION pg_stat_statements');
  await client.query('CREATE TABLE accounts (id int PRIMARY KEY, n int); CREATE TABLE history (id int)');
  await client.query('INSERT INTO accounts SELECT g, 0 FROM generate_series(1, 100) g');
  await client.end();
});
afterAll(() => server[Symbol.asyncDispose]());

const watched = { arrived: async () => undefined, finished: async () => undefined };

async function expectNoDifference(command: readonly string[]): Promise<void> {
  const direct = await run(command, server.address);
  expect(direct.code, direct.printed.join('\n')).toBe(0);
  for (const mode of ['plain', 'traced'] as const) {
    await using tap = await tapBefore(server.address, { mode, hooks: watched });
    const tapped = await run(command, server.address, { ...server.address, port: tap.port });
    expect(tapped.printed, `printed, ${mode}`).toEqual(direct.printed);
    expect(tapped, mode).toEqual(direct);
    expect(tap.statements().length).toBeGreaterThan(10);
  }
}

it.each(Object.entries(nodePrograms))('%s hears the same messages through the tap', (_name, command) =>
  expectNoDifference(command),
);

describeWith('clients', 'a packaged program', () => {
  it.each(Object.entries(packagedPrograms))('%s hears the same messages through the tap', (_name, command) =>
    expectNoDifference(command),
  );

  it.each(Object.entries(packagedPrograms).filter(([name]) => name.startsWith('pgbench')))(
    'the tap counts as many statements as the server, %s',
    async (_name, command) => {
      const watcher = await pgClient(server.address);
      await using tap = await tapBefore(server.address, { hooks: watched });
      await watcher.query('SELECT pg_stat_statements_reset()');
      await run(command, server.address, { ...server.address, port: tap.port });
      // A prepared BEGIN or END is counted by the server once, however often it is executed.
      const { rows } = await watcher.query(
        "SELECT sum(calls)::int n FROM pg_stat_statements WHERE query ~ '^(SELECT n|UPDATE|INSERT)'",
      );
      const counted = tap.statements().filter(({ sql }) => !/^(?:BEGIN|END)/.test(sql));
      expect(counted).toHaveLength(rows[0].n);
      expect(rows[0].n).toBe(60);
      expect(tap.statements()).toHaveLength(100);
      await watcher.end();
    },
  );
});

describeWith('jdbc', 'a Java program', () => {
  it('hears the same messages through the tap', () => expectNoDifference(javaProgram));
});
