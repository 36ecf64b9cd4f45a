import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rehearse } from '../support/cli.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { type FakeGitlab, gitlabToken, startGitlab } from '../support/forges/fake-gitlab.ts';
import { gitlabSecret, headSha, payloadOfGitlab, signedCall } from '../support/forges/gitlab-call.ts';
import { type Service, startService } from '../support/service.ts';
import { type Directory, writtenBundle } from '../support/vendor.ts';
import { startReceiver, verified, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** CONTRACT sections 2 and 3, as a pipeline and its receivers meet them. */
describe('a pipeline and the service', () => {
  let service: Service;
  let bundle: Directory;
  let receiver: WebhookReceiver;
  let gitlab: FakeGitlab;
  let secret: string;

  beforeAll(async () => {
    receiver = await startReceiver();
    gitlab = await startGitlab();
    service = await startService({
      REHEARSAL_WEBHOOK_NETWORKS: '127.0.0.0/8',
      ...{
        REHEARSAL_GITLAB_URL: gitlab.url,
        REHEARSAL_GITLAB_TOKEN: gitlabToken,
        REHEARSAL_GITLAB_SECRET: gitlabSecret,
      },
    });
    bundle = await writtenBundle(libraryBundle());
    const created = await service.call('/v1/webhooks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url }),
    });
    expect(created.status).toBe(201);
    ({ secret } = (await created.json()) as { readonly secret: string });
  });

  afterAll(async () => {
    await service?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
    await gitlab?.[Symbol.asyncDispose]();
    await bundle?.[Symbol.asyncDispose]();
  });

  test('"submit BUNDLE --server URL [--wait 30m]": "5 waited too long", and the object of --format json', async () => {
    const args = ['submit', bundle.dir, '--server', service.url, '--wait', '3s', '--format', 'json'];
    const ended = await rehearse(args, { env: { REHEARSAL_TOKEN: service.token } });
    expect(ended.code, ended.stderr).toBe(5);
    const keys = { code: 'waited-too-long', title: expect.any(String), remedy: expect.stringContaining('--wait') };
    expect(JSON.parse(ended.stdout)).toMatchObject({ ...keys, problems: [] });
  });

  test('"Webhooks follow Standard Webhooks (webhook-id, webhook-timestamp, webhook-signature: v1,…)"', async () => {
    await expect.poll(() => receiver.received.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const [one] = receiver.received;
    if (one === undefined) throw new Error('nothing came');
    expect(one.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(verified(secret, one)).toMatchObject({
      type: 'rehearsal.status',
      data: { service: 'library', version: '2.0.0' },
    });
    expect(() => verified(secret, { ...one, body: `${one.body} ` })).toThrow();
  });

  test('a status check of GitLab is answered by the service, which has no verdict for that commit yet', async () => {
    const path = '/v1/integrations/gitlab/status-checks?service=library';
    const unsigned = { ...signedCall(payloadOfGitlab()), headers: { 'content-type': 'application/json' } };
    expect((await service.call(path, unsigned)).status).toBe(401);
    expect((await service.call(path, signedCall(payloadOfGitlab()))).status).toBe(202);
    await expect.poll(() => gitlab.statuses(), { timeout: 60_000 }).toEqual(['pending']);
    const [one] = gitlab.asked;
    expect(one?.body).toEqual({ sha: headSha, external_status_check_id: 1, status: 'pending' });
    expect(gitlab.mistakes).toEqual([]);
  });
});
