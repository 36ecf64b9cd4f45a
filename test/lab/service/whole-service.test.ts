import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Service, serve } from '../../../services/serve.ts';
import { programsOf } from '../../support/programs-of.ts';
import { eventually } from './parts.ts';
import { makeBundle } from './service.ts';

async function submit(service: Service, archive: Buffer): Promise<string> {
  const response = await fetch(`${service.address}/v1/rehearsals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/gzip' },
    body: new Uint8Array(archive),
  });
  return ((await response.json()) as { readonly id: string }).id;
}

const readiness = async (service: Service) =>
  (await (await fetch(`${service.address}/readyz`)).json()) as { readonly selfCheck: string };

const rehearsalOf = async (service: Service, id: string) => {
  const headers = { authorization: `Bearer ${service.token}` };
  return (await (await fetch(`${service.address}/v1/rehearsals/${id}`, { headers })).json()) as {
    readonly status: string;
    readonly verdict: string | null;
  };
};

describe('the whole service on one machine, with its own PostgreSQL and the real core', () => {
  it('survives kill -9 of its worker in the middle of a run, remembers across restarts, and leaves nothing running', {
    timeout: 480_000,
  }, async () => {
    const dataRoot = await mkdtemp(join(tmpdir(), 'rehearsal-test-serve-'));
    const env = {
      PATH: process.env.PATH,
      PORT: '0',
      REHEARSAL_HOST: 'process',
      REHEARSAL_LOOP: 'off',
      LOG_LEVEL: 'fatal',
    };
    try {
      let token = '';
      let id = '';
      {
        await using service = await serve({ dataRoot, env });
        token = service.token;
        await expect(serve({ dataRoot, env })).rejects.toMatchObject({ code: 'already-serving' });
        // Its self-check has clones too, and is over first.
        await eventually(async () => (await readiness(service)).selfCheck === 'ok', 60_000);
        id = await submit(service, await makeBundle(dataRoot, '1.0.0'));
        // A clone of a run is there, so the worker is in the middle of one.
        await eventually(async () => {
          const programs = await programsOf(dataRoot);
          return programs.some(({ command }) => /postgres.*clones/.test(command));
        }, 60_000);
        const worker = (await programsOf(dataRoot)).find(({ command }) => command.includes('workers/main.ts'));
        expect(worker).toBeDefined();
        process.kill(worker?.pid ?? 0, 'SIGKILL');
        await eventually(async () => (await rehearsalOf(service, id)).status === 'judged', 400_000);
      }
      expect(await programsOf(dataRoot)).toEqual([]);
      await using again = await serve({ dataRoot, env });
      expect(again.token).toBe(token);
      expect(await rehearsalOf(again, id)).toMatchObject({ status: 'judged', verdict: expect.any(String) });
    } finally {
      await rm(dataRoot, { recursive: true, force: true });
    }
    expect(await programsOf(dataRoot)).toEqual([]);
  });
});
