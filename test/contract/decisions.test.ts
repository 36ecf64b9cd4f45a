import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../shared/domain/report.ts';
import { type Service, startService } from '../support/service.ts';
import { type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';

/** A migration that fails at once: its quiet run is all that is rehearsed. */
const failing = (version: string, note: string, more = '') => ({
  'rehearsal.yaml': [
    'rehearsal: 1',
    'service: ledger',
    `version: "${version}"`,
    'snapshot: { sql: [seed.sql] }',
    'migrate: [{ name: pre-deploy, sql: [up.sql] }]',
    'apps: none',
    more,
  ].join('\n'),
  'seed.sql': 'CREATE TABLE entries (id integer PRIMARY KEY);\n',
  'up.sql': `-- ${note}\nALTER TABLE entries ADD COLUMN id integer;\n`,
});
const waiver = (until: string) => `waivers: [{ check: failed-migration, by: Ada, reason: "a test", until: ${until} }]`;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** CONTRACT section 3, what people decide and what they look at. */
describe('the service, about decisions', () => {
  let service: Service;
  let archives: Directory;
  beforeAll(async () => {
    // Containers take three times as long; what the API answers does not depend on the host.
    service = await startService({ REHEARSAL_HOST: 'process' });
    archives = await temporaryDirectory();
  });
  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await archives?.[Symbol.asyncDispose]();
  });

  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await service.call(path, init);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const post = (path: string, content: object) =>
    ask(path, { method: 'POST', body: JSON.stringify(content), headers: { 'content-type': 'application/json' } });

  async function submitted(files: Readonly<Record<string, string>>, token?: string): Promise<string> {
    await using bundle = await writtenBundle(files);
    const path = join(archives.dir, `${crypto.randomUUID()}.tar.gz`);
    execFileSync('tar', ['-C', bundle.dir, '-czf', path, '.']);
    const headers = {
      'content-type': 'application/gzip',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = new Uint8Array(readFileSync(path));
    return String((await ask('/v1/rehearsals', { method: 'POST', headers, body })).body.id);
  }
  /** The event stream ends when the rehearsal does. */
  const ended = async (id: string) => {
    await (await service.call(`/v1/rehearsals/${id}/events`)).text();
    return (await ask(`/v1/rehearsals/${id}`)).body as { status: string; digests: { bundle: string } };
  };
  const reportOf = async (id: string) => (await ask(`/v1/rehearsals/${id}/report.json`)).body as unknown as Report;
  const codes = ({ body }: Answer) => (body.reasons as { code: string }[]).map(({ code }) => code);

  test('"several digests for one version without bundle=: blocked as ambiguous-bundle"', async () => {
    const [one, other] = [await submitted(failing('1', 'one')), await submitted(failing('1', 'other'))];
    const { digests } = await ended(one);
    await ended(other);
    const unnamed = await ask('/v1/gate?service=ledger&version=1');
    expect([unnamed.status, ...codes(unnamed)]).toEqual([412, 'ambiguous-bundle']);
    const named = await ask(`/v1/gate?service=ledger&version=1&bundle=${digests.bundle}`);
    expect([named.status, ...codes(named)]).toEqual([412, 'failed']);
  });

  test('"A fail of the same digest blocks whatever came later, until waived or overridden"; POST /rerun', async () => {
    const id = await submitted(failing('2', 'again'));
    await ended(id);
    const rerun = await post(`/v1/rehearsals/${id}/rerun`, {});
    expect(rerun.status).toBe(202);
    expect(rerun.body.id).not.toBe(id);
    await ended(String(rerun.body.id));
    expect((await reportOf(id)).verdict).toBe('fail');
    const forwardFix = { service: 'ledger', version: '2', by: 'Ada', reason: 'a forward-fix', until: '2999-12-31' };
    expect((await post('/v1/overrides', forwardFix)).status).toBe(201);
    const allowed = await ask('/v1/gate?service=ledger&version=2');
    expect([allowed.status, ...codes(allowed)]).toEqual([200, 'overridden']);
    expect(JSON.stringify(allowed.body)).toContain('a forward-fix');
  });

  test('"Waivers in a manifest count only where the submitting token has scope waive"', async () => {
    const made = await post('/v1/tokens', { name: 'ci', scopes: ['submit', 'read'] });
    const files = failing('3', 'not honoured', waiver('2999-12-31'));
    const refused = await submitted(files, String(made.body.token));
    await ended(refused);
    const [finding] = (await reportOf(refused)).findings;
    expect(finding).toMatchObject({ check: 'failed-migration' });
    expect(finding?.waivedBy).toBeUndefined();
    const honoured = await submitted(failing('3', 'honoured', waiver('2999-12-31')));
    await ended(honoured);
    expect((await reportOf(honoured)).findings[0]).toMatchObject({ waivedBy: 'Ada' });
  });

  test('"POST /v1/waivers" count in the report of what is judged afterwards', async () => {
    const given = { service: 'ledger', check: 'failed-migration', by: 'Grace', reason: 'known', until: '2999-12-31' };
    expect((await post('/v1/waivers', given)).status).toBe(201);
    const id = await submitted(failing('4', 'waived at the service'));
    await ended(id);
    expect((await reportOf(id)).findings[0]).toMatchObject({ waivedBy: 'Grace' });
  });

  test('"POST /v1/rehearsals/:id/cancel": no verdict, and what is over is not cancelled', async () => {
    const id = await submitted(failing('5', 'cancelled'));
    const cancelled = await post(`/v1/rehearsals/${id}/cancel`, {});
    expect(cancelled.body).toMatchObject({ status: 'cancelled', verdict: null });
    const report = await ask(`/v1/rehearsals/${id}/report.json`);
    expect([report.status, report.body.code]).toEqual([409, 'no-report']);
    const judged = await submitted(failing('2', 'again'));
    const late = await post(`/v1/rehearsals/${judged}/cancel`, {});
    expect([late.status, late.body.code]).toEqual([409, 'already-over']);
  });

  test('"GET /v1/board · GET /v1/snapshots · GET /v1/checks"', async () => {
    const board = (await ask('/v1/board')).body.items as { service: string; version: string }[];
    expect(board).toEqual(expect.arrayContaining([expect.objectContaining({ service: 'ledger', version: '1' })]));
    expect((await ask('/v1/snapshots')).body).toMatchObject({ items: expect.any(Array) });
    const checks = (await ask('/v1/checks')).body.items as { id: string }[];
    expect(checks.map(({ id }) => id)).toContain('failed-migration');
  });

  test('"readiness (store, queue, a live worker, self-check fresh); Prometheus"', async () => {
    const ready = await ask('/readyz');
    expect(ready).toMatchObject({ status: 200, body: { ready: true, store: 'ok', queue: 'ok', worker: 'ok' } });
    expect(ready.body.selfCheck).toMatch(/^(ok|The first one is under way\.)$/);
    const metrics = await (await service.call('/metrics')).text();
    for (const name of ['rehearsal_verdicts{verdict="fail"}', 'rehearsal_workers_live', 'rehearsal_self_check_ok{']) {
      expect(metrics).toContain(name);
    }
  });
});
