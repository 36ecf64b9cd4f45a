import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './parts.ts';
import { askJson, judged, startService, type TestService } from './service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startService('postgres');
  await service.startWorker();
});
afterAll(() => service[Symbol.asyncDispose]());

const ready = async () => (await askJson(service, '/readyz')) as { status: number; body: { selfCheck: string } };
const gate = async () => {
  const { status, body } = await askJson(service, '/v1/gate?service=alerts&version=1.0.0');
  return [status, ...(body as { reasons: { code: string }[] }).reasons.map(({ code }) => code)];
};
const metric = async (pattern: RegExp) => pattern.exec(await (await service.ask('/metrics')).text())?.[1];

describe('a worker that is wrong about the known-bad bundle', () => {
  it('closes the gate for its evidence, is told by readiness and metrics, and written down', async () => {
    await judged(service, '1.0.0');
    await eventually(async () => (await ready()).body.selfCheck === 'ok');
    expect(await gate()).toEqual([200, 'passed']);
    expect(await metric(/^rehearsal_self_check_ok\{.*\} (\d)$/m)).toBe('1');

    await writeFile(join(service.dir, 'self-check-is-wrong'), '');
    await eventually(async () => (await ready()).status === 503);
    expect((await ready()).body.selfCheck).toContain('the known-bad bundle passed');
    expect(await metric(/^rehearsal_self_check_ok\{.*\} (\d)$/m)).toBe('0');
    expect((await service.store.audit.list({ action: 'self-check', limit: 1 }))[0]).toMatchObject({
      detail: { says: 'the known-bad bundle passed' },
    });

    // What it finished next to a wrong self-check is not believed, whatever the verdict.
    const { id } = await judged(service, '1.0.1');
    const blocked = await askJson(service, '/v1/gate?service=alerts&version=1.0.1');
    expect(blocked).toMatchObject({ status: 412, body: { reasons: [{ code: 'unchecked-worker' }] } });
    expect(JSON.stringify(blocked.body)).toContain(id);
    await rm(join(service.dir, 'self-check-is-wrong'));
    await eventually(async () => (await ready()).status === 200);
    expect((await askJson(service, '/v1/gate?service=alerts&version=1.0.1')).status).toBe(412);
  });
});
