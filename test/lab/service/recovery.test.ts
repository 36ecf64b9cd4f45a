import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { describeWith } from '../../support/require.ts';
import { performedIn } from './fake-pipeline.ts';
import { eventually } from './parts.ts';
import { killed, makeBundle, startService, submitted, type TestService, untilStatus } from './service.ts';

async function storedResults(service: TestService, id: string): Promise<readonly { run_id: string; fence: number }[]> {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  try {
    const query =
      'SELECT run_id, fence::int AS fence FROM runs WHERE rehearsal_id = $1 AND result IS NOT NULL ORDER BY run_id';
    return (await client.query<{ run_id: string; fence: number }>(query, [id])).rows;
  } finally {
    await client.end();
  }
}

const runs = ['alone-1', 'alone-2', 'control', 'shared-1', 'shared-2'];

function survives(backend: 'postgres' | 'redis'): void {
  it('moves a run whose worker is killed with kill -9 to another worker, and stores exactly one result of it', async () => {
    await using service = await startService(backend);
    await writeFile(join(service.dir, 'hold-control'), '');
    const doomed = await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.0'));
    const pid = (await eventually(async () => (await performedIn(service.dir)).find(({ run }) => run === 'control')))
      ?.pid;
    expect(pid).toBe(doomed.pid);
    const heir = await service.startWorker();
    await killed(doomed);
    await rm(join(service.dir, 'hold-control'));
    await untilStatus(service, body.id, 'judged');
    const results = await storedResults(service, body.id);
    expect(results.map(({ run_id }) => run_id)).toEqual(runs);
    expect(results.find(({ run_id }) => run_id === 'control')?.fence).toBe(2);
    const ended = (await performedIn(service.dir)).filter(({ what, run }) => what === 'end' && run === 'control');
    expect(ended.map((line) => line.pid)).toEqual([heir.pid]);
  });

  it('believes no run during which the container engine was away, and makes it again when it is back', async () => {
    await using service = await startService(backend);
    const away = join(service.dir, 'engine-is-away');
    await writeFile(join(service.dir, 'hold-control'), '');
    await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.4'));
    await eventually(async () => (await performedIn(service.dir)).length === 1);
    await writeFile(away, '');
    // The run ends well by itself; what it saw does not count.
    await rm(join(service.dir, 'hold-control'));
    await eventually(async () => (await performedIn(service.dir)).length === 2);
    const { waiting } = await eventually(async () => {
      await service.store.admission.noteWaiting();
      const seen = (await (await service.ask(`/v1/rehearsals/${body.id}`)).json()) as {
        readonly waiting: { readonly lacks: string } | null;
      };
      return seen.waiting === null ? undefined : { waiting: seen.waiting };
    });
    expect(waiting.lacks).toBe('engine');
    expect(await storedResults(service, body.id)).toEqual([]);
    await rm(away);
    await untilStatus(service, body.id, 'judged');
    const results = await storedResults(service, body.id);
    expect(results.find(({ run_id }) => run_id === 'control')?.fence).toBe(2);
  });

  it('never performs a run that must be alone beside another one of its machine', async () => {
    await using service = await startService(backend);
    await service.startWorker();
    await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.1'));
    await untilStatus(service, body.id, 'judged');
    const open = new Set<string>();
    for (const { what, run } of await performedIn(service.dir)) {
      if (what === 'end') {
        open.delete(run);
        continue;
      }
      open.add(run);
      if ([...open].some((name) => name.startsWith('alone'))) expect([...open]).toEqual([run]);
    }
    expect((await storedResults(service, body.id)).map(({ run_id }) => run_id)).toEqual(runs);
  });

  it('ends the runs of a cancelled rehearsal, and judges nothing', async () => {
    await using service = await startService(backend);
    await writeFile(join(service.dir, 'hold-control'), '');
    await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.2'));
    await eventually(async () => (await performedIn(service.dir)).length === 1);
    const cancelled = await service.ask(`/v1/rehearsals/${body.id}/cancel`, { method: 'POST' });
    expect(await cancelled.json()).toMatchObject({ status: 'cancelled' });
    await eventually(async () => !(await service.queue.knows(body.id as never)));
    expect((await performedIn(service.dir)).map(({ what }) => what)).toEqual(['start']);
    expect(await storedResults(service, body.id)).toEqual([]);
  });

  it('hands the run of a worker that is asked to stop to the next one', async () => {
    await using service = await startService(backend);
    await writeFile(join(service.dir, 'hold-control'), '');
    const leaving = await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.3'));
    await eventually(async () => (await performedIn(service.dir)).length === 1);
    const exited = new Promise((resolve) => leaving.once('exit', resolve));
    leaving.kill('SIGTERM');
    expect(await exited).toBe(0);
    await rm(join(service.dir, 'hold-control'));
    await service.startWorker();
    await untilStatus(service, body.id, 'judged');
    expect(await storedResults(service, body.id)).toHaveLength(5);
  });
}

describe('the service on PostgreSQL alone', () => survives('postgres'));

describeWith('redis', 'the service with Redis', () => {
  survives('redis');

  it('still comes to a verdict when Redis forgets everything in the middle of a rehearsal', async () => {
    await using service = await startService('redis');
    await writeFile(join(service.dir, 'hold-control'), '');
    await service.startWorker();
    const { body } = await submitted(service, await makeBundle(service.dir, '1.0.4'));
    await eventually(async () => (await performedIn(service.dir)).length === 1);
    await service.loseQueue();
    await rm(join(service.dir, 'hold-control'));
    await untilStatus(service, body.id, 'judged');
    expect((await storedResults(service, body.id)).map(({ run_id }) => run_id)).toEqual(runs);
  });
});
