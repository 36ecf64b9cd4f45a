import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArrivedStatement, TapHooks, TappedStatement } from '../../../shared/edge/ports/tap.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import { pgClient, tapBefore } from './clients.ts';

let server: EmbeddedPostgres;
let watcher: pg.Client;
beforeAll(async () => {
  server = await startEmbeddedPostgres();
  watcher = await pgClient(server.address);
});
afterAll(async () => {
  await watcher.end();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => watcher.query('DROP TABLE IF EXISTS u, t; CREATE TABLE t (id int PRIMARY KEY, v text)'));

const count = async (sql: string) =>
  Number((await watcher.query<{ n: string }>(`SELECT count(*) n FROM ${sql}`)).rows[0]?.n);

/** Locks of a backend on `t`, read from another session. */
async function locksOn(pid: number): Promise<string[]> {
  const { rows } = await watcher.query<{ mode: string }>(
    "SELECT mode FROM pg_locks WHERE pid = $1 AND relation = 't'::regclass ORDER BY 1",
    [pid],
  );
  return rows.map(({ mode }) => mode);
}

async function untilGone(pid: number): Promise<void> {
  while ((await count(`pg_stat_activity WHERE pid = ${pid}`)) > 0);
}

/** Calls `look` at the first finished statement with that beginning. */
const at = (begin: string, look: (statement: TappedStatement) => Promise<void>): TapHooks => ({
  finished: async (statement) => {
    if (statement.sql.startsWith(begin)) await look(statement);
  },
});

describe('a hook', () => {
  it('brakes a statement before it reaches the server, prepared or not, and that time is not its own', async () => {
    const seen: string[] = [];
    const arrived = async ({ sql, backendPid }: ArrivedStatement) => {
      const before = performance.now();
      while (performance.now() - before < 60) await watcher.query('SELECT 1');
      const { rows } = await watcher.query('SELECT query FROM pg_stat_activity WHERE pid = $1', [backendPid]);
      seen.push(`${sql} after ${rows[0].query}`);
    };
    await using tap = await tapBefore(server.address, { hooks: { arrived } });
    const client = await pgClient(server.address, tap);
    await client.query('SELECT 1 AS one');
    await client.query('SELECT $1::int AS two', [2]);
    expect(seen).toEqual(['SELECT 1 AS one after ', 'SELECT $1::int AS two after SELECT 1 AS one']);
    const statements = tap.statements();
    for (const { durationMs } of statements) expect(durationMs).toBeLessThan(60);
    await client.end();
  });

  it('reads the locks of an open transaction while the answer is held', async () => {
    const held: string[][] = [];
    const hooks = at('ALTER', async ({ backendPid }) => void held.push(await locksOn(backendPid)));
    await using tap = await tapBefore(server.address, { hooks });
    const client = await pgClient(server.address, tap);
    await client.query('BEGIN');
    await client.query('ALTER TABLE t ADD COLUMN w int');
    await client.query('ROLLBACK');
    expect(held).toEqual([['AccessExclusiveLock']]);
    await client.end();
  });

  it.each(['simple', 'extended'])(
    'reads the locks of an autocommit statement when it is traced: %s',
    async (protocol) => {
      const held: Record<string, string[]> = {};
      for (const mode of ['plain', 'traced'] as const) {
        const hooks = at('ALTER', async ({ backendPid }) => {
          held[mode] = await locksOn(backendPid);
        });
        await using tap = await tapBefore(server.address, { mode, hooks });
        const client = await pgClient(server.address, tap);
        const text = `ALTER TABLE t ADD COLUMN ${mode} int`;
        await client.query(protocol === 'simple' ? text : { name: mode, text });
        expect(tap.statements()[0]).toMatchObject({ traced: mode === 'traced', statusAfter: 'I', transaction: null });
        await client.end();
      }
      expect(held).toEqual({ plain: [], traced: ['AccessExclusiveLock'] });
      expect(await count("pg_attribute WHERE attrelid = 't'::regclass AND attname IN ('plain', 'traced')")).toBe(2);
    },
  );

  it('holds the answer back from the client, and the next statement with it', async () => {
    const order: string[] = [];
    const hooks: TapHooks = {
      arrived: async ({ sql }) => void order.push(`arrived ${sql}`),
      finished: async ({ sql }) => {
        await watcher.query('SELECT pg_sleep(0.02)');
        order.push(`finished ${sql}`);
      },
    };
    await using tap = await tapBefore(server.address, { hooks });
    const client = await pgClient(server.address, tap);
    await client.query('SELECT 1').then(() => order.push('heard'));
    await client.query('SELECT 2');
    expect(order).toEqual(['arrived SELECT 1', 'finished SELECT 1', 'heard', 'arrived SELECT 2', 'finished SELECT 2']);
    await client.end();
  });

  it('that throws ends its session, and leaving the tap tells it', async () => {
    const tap = await tapBefore(server.address, { hooks: at('SELECT', () => Promise.reject(new Error('blind'))) });
    const client = await pgClient(server.address, tap);
    await expect(client.query('SELECT 1')).rejects.toThrow();
    const other = await pgClient(server.address, tap);
    await other.query('CREATE TABLE u (id int)');
    await expect(tap[Symbol.asyncDispose]()).rejects.toMatchObject({ code: 'tap-failed', cause: { message: 'blind' } });
    expect(tap.sessions().map(({ open }) => open)).toEqual([false, false]);
  });

  it('that never settles does not keep the tap from closing', async () => {
    const reached = Promise.withResolvers<void>();
    const hooks = at('SELECT', () => {
      reached.resolve();
      return new Promise(() => undefined);
    });
    const tap = await tapBefore(server.address, { hooks });
    const client = await pgClient(server.address, tap);
    const answer = client.query('SELECT 1');
    await reached.promise;
    await tap[Symbol.asyncDispose]();
    await expect(answer).rejects.toThrow();
  });
});

/** A process of its own that runs the statements one by one and says what it heard. */
function program(port: number, statements: readonly string[]) {
  const source = `
    import pg from 'pg';
    const client = new pg.Client();
    await client.connect();
    for (const sql of ${JSON.stringify(statements)}) { await client.query(sql); console.log('heard ' + sql); }
    await client.end();`;
  const { user, password, database, host } = server.address;
  const env = {
    ...process.env,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGHOST: host,
    PGPORT: `${port}`,
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let heard = '';
  child.stdout.on('data', (chunk) => {
    heard += chunk;
  });
  const exited = once(child, 'close');
  return {
    heard: () => heard,
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('a client killed while its answer is held', () => {
  it.each(['plain', 'traced'] as const)('leaves its autocommit statement durable, %s', async (mode) => {
    let client: ReturnType<typeof program> | undefined;
    const hooks = at('INSERT', async () => client?.kill());
    await using tap = await tapBefore(server.address, { mode, hooks });
    client = program(tap.port, ["INSERT INTO t VALUES (1, 'kept')", "INSERT INTO t VALUES (2, 'never sent')"]);
    await client.exited;
    await untilGone(tap.sessions()[0]?.backendPid ?? 0);
    expect(client.heard()).toBe('');
    expect((await watcher.query('SELECT id FROM t')).rows).toEqual([{ id: 1 }]);
    expect(tap.statements()).toHaveLength(1);
  });

  it('leaves a COMMIT durable, and what is open rolled back', async () => {
    let client: ReturnType<typeof program> | undefined;
    const hooks = at('INSERT INTO t VALUES (2', async () => client?.kill());
    await using tap = await tapBefore(server.address, { hooks });
    const [one, two] = ["INSERT INTO t VALUES (1, 'kept')", "INSERT INTO t VALUES (2, 'lost')"];
    client = program(tap.port, ['BEGIN', one, 'COMMIT', 'BEGIN', two, 'COMMIT']);
    await client.exited;
    await untilGone(tap.sessions()[0]?.backendPid ?? 0);
    expect(client.heard().split('\n').slice(0, -1)).toEqual(
      ['BEGIN', one, 'COMMIT', 'BEGIN'].map((sql) => `heard ${sql}`),
    );
    expect((await watcher.query('SELECT id FROM t')).rows).toEqual([{ id: 1 }]);
    expect(tap.statements().map(({ transaction }) => transaction)).toEqual([1, 1, 1, 2, 2]);
    while (tap.sessions().some(({ open }) => open)) await watcher.query('SELECT 1');
  });

  it('before its statement was sent never ran it', async () => {
    let client: ReturnType<typeof program> | undefined;
    await using tap = await tapBefore(server.address, { hooks: { arrived: async () => client?.kill() } });
    client = program(tap.port, ["INSERT INTO t VALUES (1, 'never sent')"]);
    await client.exited;
    await untilGone(tap.sessions()[0]?.backendPid ?? 0);
    expect(await count('t')).toBe(0);
    expect(tap.statements()).toEqual([]);
  });

  it('before what was refused a transaction is sent again never ran it', async () => {
    let client: ReturnType<typeof program> | undefined;
    await using tap = await tapBefore(server.address, {
      mode: 'traced',
      hooks: { untraced: async () => client?.kill() },
    });
    client = program(tap.port, ['DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$']);
    await client.exited;
    await untilGone(tap.sessions()[0]?.backendPid ?? 0);
    expect(await count('t')).toBe(0);
    expect(tap.statements()).toEqual([]);
  });

  it('does not stop a statement that the server works on: the tap tells how it ended', async () => {
    const finished = Promise.withResolvers<TappedStatement>();
    await using tap = await tapBefore(server.address, { hooks: at('INSERT', async (one) => finished.resolve(one)) });
    await watcher.query('BEGIN; LOCK TABLE t');
    const client = program(tap.port, ["INSERT INTO t VALUES (1, 'waits')"]);
    while ((await count('pg_locks WHERE NOT granted')) === 0);
    await client.kill();
    await watcher.query('COMMIT');
    expect(await finished.promise).toMatchObject({ commandTag: 'INSERT 0 1', statusAfter: 'I' });
    expect(await count('t')).toBe(1);
  });

  it('and a tap that is cut roll back alike', async () => {
    await using tap = await tapBefore(server.address);
    const client = await pgClient(server.address, tap);
    await client.query('BEGIN');
    await client.query("INSERT INTO t VALUES (1, 'lost')");
    tap.cut();
    await expect(client.query('COMMIT')).rejects.toThrow();
    await untilGone(tap.sessions()[0]?.backendPid ?? 0);
    expect(await count('t')).toBe(0);
    const again = await pgClient(server.address, tap);
    await again.query('SELECT 1');
    await again.end();
  });

  it('by the server itself has a statement without an end', async () => {
    await using tap = await tapBefore(server.address, { mode: 'traced' });
    const client = await pgClient(server.address, tap);
    await expect(client.query('SELECT pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({
      code: '57P01',
    });
    expect(tap.statements()).toMatchObject([{ sqlstate: '57P01', statusAfter: null }]);
  });
});
