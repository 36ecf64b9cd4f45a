import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TappedStatement } from '../../../shared/edge/ports/tap.ts';
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

/**
 * Reads and writes that ended well: a failed one the server does not count, and what controls transactions it counts
 * once where it was prepared.
 */
async function expectEqualCounts(command: readonly string[], exactly?: ReadsAndAll): Promise<void> {
  const watcher = await pgClient(server.address);
  await using tap = await tapBefore(server.address, { hooks: watched });
  await watcher.query('SELECT pg_stat_statements_reset()');
  const { code, printed } = await run(command, server.address, { ...server.address, port: tap.port });
  expect(code, printed.join('\n')).toBe(0);
  // What EXECUTE of SQL does is counted under the text of its PREPARE.
  const { rows } = await watcher.query<{ calls: number }>(
    `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
      WHERE query ~* '^\\s*(select|insert|update|delete|prepare)\\M' AND query !~ 'pg_stat_statements'`,
  );
  expect(rows[0]?.calls).toBeGreaterThan(0);
  expect(readsAndWrites(tap.statements())).toHaveLength(rows[0]?.calls ?? 0);
  if (exactly !== undefined) {
    expect({ reads: rows[0]?.calls, all: tap.statements().length }).toEqual(exactly);
  }
  await watcher.end();
}

interface ReadsAndAll {
  /** Reads and writes. */
  readonly reads: number;
  /** With what controls transactions. */
  readonly all: number;
}

/** Twenty transactions of three statements, between BEGIN and END. */
const ofPgbench = { reads: 60, all: 100 };

/** The commands of every text, a portal that was fetched from several times once. */
function readsAndWrites(statements: readonly TappedStatement[]): readonly string[] {
  return statements
    .filter(({ sqlstate, sql, session }, at) => {
      const before = statements.slice(0, at).findLast((other) => other.session === session);
      return sqlstate === undefined && !(before?.sql === sql && before.commandTag === '');
    })
    .flatMap(({ sql }) => sql.split(';'))
    .filter((text) => /^\s*(?:select|insert|update|delete|execute)\b/i.test(text));
}

it.each(Object.entries(nodePrograms))('%s hears the same messages through the tap', (_name, command) =>
  expectNoDifference(command),
);

describeWith('clients', 'a packaged program', () => {
  it.each(Object.entries(packagedPrograms))('%s hears the same messages through the tap', (_name, command) =>
    expectNoDifference(command),
  );

  it.each(Object.entries(packagedPrograms))(
    'of %s the tap counts as many reads and writes as the server',
    (name, command) => expectEqualCounts(command, name.startsWith('pgbench') ? ofPgbench : undefined),
  );
});

it.each(Object.entries(nodePrograms))('of %s the tap counts as many reads and writes as the server', (_name, command) =>
  expectEqualCounts(command),
);

describeWith('jdbc', 'a Java program', () => {
  it('hears the same messages through the tap', () => expectNoDifference(javaProgram));

  it('has as many reads and writes for the tap as for the server', () => expectEqualCounts(javaProgram));
});
