import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pgSql } from '../../../shared/edge/adapters/pg-sql.ts';
import type { Clone, CloneHost } from '../../../shared/edge/ports/clone-host.ts';
import { asAdmin, type CloneHostLab, type OpenHost, openCloneHostLab, until } from './clone-host-lab.ts';
import { beatingGrandchild, expectSilence, hostedProcessContract } from './hosted-process-contract.ts';

/**
 * What every clone host promises, asked of a real one. Commands are Node, which the process host has and the stock
 * image of
 * the docker host too. Memory sizes are generous against Node's own 40 MiB and small against what the tests allocate.
 */
export function cloneHostContract(name: string, open: OpenHost): void {
  describe(`${name}: a clone host`, () => {
    let lab: CloneHostLab;
    let host: CloneHost;
    beforeAll(async () => {
      lab = await openCloneHostLab();
      host = await open(lab.parts);
    });
    afterAll(() => lab?.[Symbol.asyncDispose]());
    const clone = (): Promise<Clone> => host.clone(lab.request());

    test('says what it is', async () => {
      const facts = await host.facts(17);
      expect(facts.kind).toBe(host.kind);
      expect(facts.postgres).toMatch(/^17\b/);
      expect(facts.memoryBytes).toBeGreaterThan(0);
    });

    describe('clones', () => {
      test('can be written, and leave the snapshot as it was', async () => {
        {
          await using first = await clone();
          await using session = await asAdmin(first);
          await session.query("UPDATE alerts SET state = 'closed'");
        }
        await using second = await clone();
        await using session = await asAdmin(second);
        expect(await session.query('SELECT DISTINCT state FROM alerts')).toEqual([{ state: 'open' }]);
      });

      test('are independent of each other', async () => {
        await using one = await clone();
        await using other = await clone();
        expect(one.id).not.toBe(other.id);
        await using left = await asAdmin(one);
        await using right = await asAdmin(other);
        await left.query('DELETE FROM alerts');
        expect(await right.query('SELECT count(*)::int AS n FROM alerts')).toEqual([{ n: 100 }]);
      });

      test('answer as soon as they are given, and say how they were made', async () => {
        await using made = await clone();
        await using session = await asAdmin(made);
        expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        expect(made.cloneMs).toBeGreaterThan(0);
        expect(['reflink', 'copy']).toContain(made.method);
      });

      test('give the bundle a role that is no superuser and owns its tables', async () => {
        await using made = await clone();
        await using session = await pgSql.connect({ ...made.admin, ...made.migrate }, 'team migration');
        const rows = await session.query<{ rolsuper: boolean }>(
          'SELECT rolsuper FROM pg_roles WHERE rolname = current_user',
        );
        expect(rows).toEqual([{ rolsuper: false }]);
        await session.query('ALTER TABLE alerts ADD COLUMN note text');
      });

      test('run with the settings of the request, which a session may override', async () => {
        await using made = await host.clone(lab.request({ settings: { lock_timeout: '1234ms', work_mem: '7MB' } }));
        await using session = await asAdmin(made);
        expect(await session.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '1234ms' }]);
        expect(await session.query('SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
        await session.query("SET lock_timeout = '2s'");
        expect(await session.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '2s' }]);
      });

      test('follow no publisher, whatever a migration subscribes to', async () => {
        await using made = await host.clone(lab.request({ settings: { max_logical_replication_workers: '4' } }));
        await using session = await asAdmin(made);
        await session.query("CREATE SUBSCRIPTION s CONNECTION 'host=192.0.2.1' PUBLICATION p WITH (connect = false)");
        await session.query("ALTER SUBSCRIPTION s SET (slot_name = 's')");
        await session.query('ALTER SUBSCRIPTION s ENABLE');
        const replicating = await session.query(
          "SELECT backend_type FROM pg_stat_activity WHERE backend_type LIKE 'logical replication%'",
        );
        expect(replicating).toEqual([]);
      });

      test('refuse a setting that the server does not know, as a fault of the bundle', async () => {
        await expect(host.clone(lab.request({ settings: { lock_timeot: '1s' } }))).rejects.toMatchObject({
          name: 'RehearsalError',
          fault: 'bundle',
          code: 'refused-setting',
        });
      });

      test('fork into an independent clone of the same committed state', async () => {
        await using original = await clone();
        {
          await using session = await asAdmin(original);
          await session.query("INSERT INTO alerts VALUES (101, 'new')");
        }
        const address = { ...original.admin };
        await using copy = await original.fork();
        expect(original.admin).toEqual(address);
        await using left = await asAdmin(original);
        await using right = await asAdmin(copy);
        const count = 'SELECT count(*)::int AS n FROM alerts';
        expect([await left.query(count), await right.query(count)]).toEqual([[{ n: 101 }], [{ n: 101 }]]);
        await right.query('DELETE FROM alerts');
        expect(await left.query(count)).toEqual([{ n: 101 }]);
      });

      test('crash as a whole, and have after recovery what was committed, but for unlogged rows', async () => {
        await using made = await clone();
        {
          await using open = await asAdmin(made);
          await open.query("INSERT INTO alerts VALUES (101, 'new')");
          await open.query('CREATE UNLOGGED TABLE fleeting AS SELECT 1 AS id');
          await open.query("BEGIN; INSERT INTO alerts VALUES (102, 'open')");
          const address = { ...made.admin };
          await made.crash();
          expect(made.admin).toEqual(address);
          await expect(open.query('SELECT 1')).rejects.toMatchObject({ name: 'SqlError' });
        }
        await using session = await asAdmin(made);
        const count =
          'SELECT (SELECT count(*)::int FROM alerts) AS alerts, (SELECT count(*)::int FROM fleeting) AS rows';
        expect(await session.query(count)).toEqual([{ alerts: 101, rows: 0 }]);
      });

      test('have a standby that follows them, answers reads, and is gone with them', async () => {
        const primary = await clone();
        const standby = await primary.standby();
        const address = { ...standby.admin };
        expect(address).not.toEqual(primary.admin);
        {
          await using writer = await asAdmin(primary);
          await writer.query("ALTER TABLE alerts ADD COLUMN note text; UPDATE alerts SET note = 'seen' WHERE id = 1");
          await using reader = await pgSql.connect({ ...address, ...primary.apps }, 'team application');
          const note = "SELECT count(*)::int AS n FROM pg_attribute WHERE attname = 'note' AND NOT attisdropped";
          await until('it follows', async () => (await reader.query<{ n: number }>(note))[0]?.n === 1);
          await until('and has the row', async () => {
            const rows = await reader.query('SELECT id FROM alerts WHERE note IS NOT NULL');
            return rows.length === 1;
          });
          expect(await reader.query('SELECT pg_is_in_recovery() AS follows')).toEqual([{ follows: true }]);
          await expect(reader.query('DELETE FROM alerts')).rejects.toMatchObject({ sqlstate: '25006' });
          const followers = await writer.query('SELECT application_name AS name, state FROM pg_stat_replication');
          expect(followers).toEqual([{ name: 'rehearsal/standby', state: 'streaming' }]);
        }
        await primary[Symbol.asyncDispose]();
        await expect(pgSql.connect(address, 'rehearsal/test')).rejects.toThrow();
        await standby[Symbol.asyncDispose]();
      });

      test('outlive their standby, and have no other effect on the snapshot', async () => {
        await using primary = await clone();
        {
          await using standby = await primary.standby();
          await using session = await pgSql.connect(standby.admin, 'rehearsal/test');
          expect(await session.query('SELECT DISTINCT state FROM alerts')).toEqual([{ state: 'open' }]);
        }
        await using session = await asAdmin(primary);
        expect(await session.query('SELECT count(*)::int AS n FROM alerts')).toEqual([{ n: 100 }]);
        await using again = await clone();
        await using untouched = await asAdmin(again);
        expect(await untouched.query('SELECT pg_is_in_recovery() AS follows')).toEqual([{ follows: false }]);
      });

      test('tell what their server logged, with SQLSTATE, application and process', async () => {
        await using made = await clone();
        await using session = await pgSql.connect(made.admin, 'noisy application');
        await expect(session.query('SELECT * FROM nowhere')).rejects.toMatchObject({ sqlstate: '42P01' });
        const lines = (await made.serverLog()).split('\n').filter((line) => line !== '');
        const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(entries).toContainEqual(
          expect.objectContaining({
            error_severity: 'ERROR',
            state_code: '42P01',
            application_name: 'noisy application',
            pid: session.backendPid,
          }),
        );
      });

      test('count no backend as killed for memory where none was', async () => {
        await using made = await clone();
        expect(await made.backendsOomKilled()).toBe(0);
      });

      test('are gone, server and all, when their scope is left', async () => {
        const made = await clone();
        const address = { ...made.admin };
        await made[Symbol.asyncDispose]();
        await made[Symbol.asyncDispose]();
        await expect(pgSql.connect(address, 'rehearsal/test')).rejects.toThrow();
      });
    });

    hostedProcessContract(clone);

    test('a process is gone with its clone', async () => {
      const made = await clone();
      const process = await made.start({ name: 'test', command: ['node', '-e', beatingGrandchild], dir: '.', env: {} });
      await until('the grandchild beats', async () => process.output().stdout.includes('beat'));
      await made[Symbol.asyncDispose]();
      await process.exited;
      await expectSilence(process);
    });

    test('a reaper leaves alone what is in use and removes what has expired', async () => {
      await using used = await clone();
      const expired = await host.clone(
        lab.request({ owner: { rehearsalId: 'rh-0123456789abcdef', runId: 'old', expiresAt: new Date(0) } }),
      );
      await host.reap();
      await using session = await asAdmin(used);
      expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await expect(asAdmin(expired)).rejects.toThrow();
      await expired[Symbol.asyncDispose]();
    });
  });
}
