import { describe, expect, it } from 'vitest';
import { forgetOldChecks, renewPendingMs } from '../../../services/integrations/gitlab/answer-checks.ts';
import { openGitlabApi } from '../../../shared/edge/adapters/forges/gitlab.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { gitlabToken } from '../../support/forges/fake-gitlab.ts';
import { headSha, payloadOfGitlab, signedCall } from '../../support/forges/gitlab-call.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';
import { askJson, startService } from './service.ts';
import { dayMs, later, responses, shaOf, soon, statusCheckDesk, statusChecksPath } from './status-check-desk.ts';

const desk = statusCheckDesk();
const { rows, call, called, answering, answerAfter } = desk;

interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly post?: { readonly security: unknown } }>>;
  readonly components: { readonly securitySchemes: Readonly<Record<string, unknown>> };
}

describe('a call of GitLab', () => {
  it('is refused without its signature, with another one, and for other bytes than those that were signed', async () => {
    const signed = signedCall(payloadOfGitlab());
    const plain = { 'content-type': 'application/json' };
    const tries: readonly RequestInit[] = [
      { ...signed, headers: plain },
      { ...signed, headers: { ...plain, 'x-gitlab-signature': '' } },
      signedCall(payloadOfGitlab(), 'another-secret-of-somebody'),
      { ...signed, body: String(signed.body).replace('"iid":4', '"iid":5') },
      { ...signed, headers: { ...signed.headers, 'content-type': 'application/x-tar' } },
      { ...signed, headers: { ...plain, authorization: 'Bearer token-of-the-first-admin' } },
    ];
    const answers = [];
    for (const one of tries) answers.push(await askJson(desk.service, `${statusChecksPath}?service=alerts`, one));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 415, 401]);
    expect(answers[0]?.body).toMatchObject({ code: 'unauthenticated', remedy: expect.stringContaining('SECRET') });
    expect(await rows('SELECT FROM status_checks')).toEqual([]);
  });

  it('is refused where it says too little, or the wrong thing, with the place', async () => {
    const payload = JSON.parse(JSON.stringify(payloadOfGitlab())) as Record<string, Record<string, unknown>>;
    const attributes = { ...payload.object_attributes };
    const wrong: readonly (readonly [unknown, string])[] = [
      [{}, 'object_kind'],
      [{ ...payload, object_kind: 'push' }, 'object_kind'],
      [{ ...payload, external_approval_rule: undefined }, 'external_approval_rule'],
      [{ ...payload, object_attributes: { ...attributes, iid: 0 } }, 'iid'],
      [{ ...payload, object_attributes: { ...attributes, last_commit: { id: 'HEAD' } } }, 'last_commit'],
      [{ ...payload, object_attributes: { ...attributes, updated_at: 'yesterday' } }, 'updated_at'],
    ];
    for (const [body, place] of wrong) {
      const { status, body: problem } = await askJson(
        desk.service,
        `${statusChecksPath}?service=alerts`,
        signedCall(body),
      );
      expect({ place, status }).toEqual({ place, status: 400 });
      expect(JSON.stringify((problem as { problems: unknown }).problems)).toContain(place);
    }
    expect((await call({}, '')).status).toBe(400);
    expect((await call({}, '?service=alerts&enviroment=staging')).status).toBe(400);
  });

  it('is in the OpenAPI document, with the signature in place of a token', async () => {
    const { body } = await askJson(desk.service, '/v1/openapi.json');
    const document = body as OpenApi;
    expect(document.paths[statusChecksPath]?.post?.security).toEqual([{ gitlab: [] }]);
    const scheme = { type: 'apiKey', in: 'header', name: 'x-gitlab-signature' };
    expect(document.components.securitySchemes.gitlab).toEqual(scheme);
  });

  it('may be as large as GitLab makes them', async () => {
    const body = {
      ...payloadOfGitlab(),
      changes: { description: { previous: 'x'.repeat(1e6), current: 'ü'.repeat(1e6) } },
    };
    const response = await fetch(new URL(`${statusChecksPath}?service=alerts`, desk.service.address), signedCall(body));
    expect(response.status).toBe(202);
  });

  it('is told that nobody answers where GitLab is not set up', async () => {
    await using other = await startService('postgres');
    const { status, body } = await askJson(other, `${statusChecksPath}?service=alerts`, signedCall(payloadOfGitlab()));
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'no-gitlab' } });
  });
});

describe('the answer', () => {
  it('for what nobody rehearsed is pending, once: GitLab fails it by itself', async () => {
    await called();
    await answerAfter(soon);
    const [one] = desk.gitlab.to(responses);
    expect(one?.path).toBe('/projects/6/merge_requests/4/status_check_responses');
    expect(one?.body).toEqual({ sha: headSha, external_status_check_id: 1, status: 'pending' });
    await answerAfter(renewPendingMs * 3);
    expect(desk.gitlab.statuses()).toEqual(['pending']);
  });

  it('is given anew whenever GitLab asks, by whichever process is there then', async () => {
    await called();
    await answerAfter(soon);
    await called();
    await using restarted = await openStore({ url: desk.service.databaseUrl, onError: () => undefined });
    await answerAfter(soon, { statusChecks: restarted.statusChecks });
    expect(desk.gitlab.statuses()).toEqual(['pending', 'pending']);
  });

  it('is for the newest commit, in whatever order the calls come', async () => {
    await called({ sha: shaOf(2), updatedAt: '2026-03-01T08:00:00.000Z' });
    await called({ sha: shaOf(1), updatedAt: '2026-03-01 07:00:00 UTC' });
    await answerAfter(soon);
    expect(desk.gitlab.to(responses).map(({ body }) => (body as { sha: string }).sha)).toEqual([shaOf(2)]);
  });

  it('ends with the merge request, and with a commit that is no longer the head', async () => {
    await called({ mergeRequest: 4 });
    await called({ mergeRequest: 4, state: 'merged', sha: null });
    await called({ mergeRequest: 5, sha: shaOf(1) });
    desk.gitlab.head = shaOf(2);
    await answerAfter(soon);
    desk.gitlab.head = null;
    await answerAfter(dayMs);
    expect(desk.gitlab.to(responses).map(({ path: to }) => to)).toEqual([
      '/projects/6/merge_requests/5/status_check_responses',
    ]);
    expect(desk.gitlab.statuses()).toEqual([]);
  });

  it('that GitLab does not take is given again, not before GitLab has ended what it began', async () => {
    await called();
    desk.gitlab.refusing = 500;
    const warned: unknown[] = [];
    await answerAfter(soon, { log: { warn: (...words: unknown[]) => warned.push(words) } });
    expect(JSON.stringify(warned)).toMatch(/"project":6.*the forge answered 500/);
    expect(JSON.stringify(warned)).not.toContain(gitlabToken);
    desk.gitlab.refusing = null;
    await answerAfter(50_000);
    expect(desk.gitlab.statuses()).toEqual([]);
    await answerAfter(90_000);
    expect(desk.gitlab.statuses()).toEqual(['pending']);
  });

  it('that may still be at work there is not overtaken by the next one, however soon GitLab asks again', async () => {
    await called({ mergeRequest: 1 });
    await called({ mergeRequest: 2 });
    const due = await desk.service.store.statusChecks.takeDue(later(soon), 60_000, 10);
    await called({ mergeRequest: 2 });
    for (const check of due) {
      await desk.service.store.statusChecks.settle(check, { kind: 'failed', nextAt: later(30 * 60_000) });
    }
    for (const _again of [1, 2]) await called({ mergeRequest: 1 });
    await answerAfter(50_000);
    expect(desk.gitlab.statuses()).toEqual([]);
    await answerAfter(70_000);
    expect(desk.gitlab.to(responses).map(({ path: to }) => to)).toEqual([expect.stringContaining('requests/1/')]);
    await answerAfter(31 * 60_000);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'pending']);
  });

  it('goes to the GitLab that was set up and nowhere else: no redirect is followed', async () => {
    await called();
    await using elsewhere = await startReceiver();
    const location = elsewhere.url;
    await using moved = await startReceiver((response) => response.writeHead(307, { location }).end());
    await answerAfter(soon, { gitlab: openGitlabApi(new URL('/api/v4', moved.url).href, gitlabToken, 1) });
    expect([moved.received.length, elsewhere.received.length]).toEqual([1, 0]);
    expect(await rows('SELECT answered, failures FROM status_checks')).toEqual([{ answered: null, failures: 1 }]);
  });

  it('of a process that died while it answered is given again, for nobody knows whether it arrived', async () => {
    await called();
    await answerAfter(soon);
    const [taken] = await desk.service.store.statusChecks.takeDue(later(60_000), 1_000, 10);
    expect(taken?.answered?.status).toBe('pending');
    await answerAfter(120_000);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'pending']);
    if (taken === undefined) throw new Error('nothing was due');
    await desk.service.store.statusChecks.settle(taken, { kind: 'over' });
    expect(await rows('SELECT is_open, in_hand FROM status_checks')).toEqual([{ is_open: true, in_hand: false }]);
  });

  it('is never given by two at once: whoever asks meanwhile waits for the one under way', async () => {
    await called();
    const [taken] = await desk.service.store.statusChecks.takeDue(later(soon), 60_000, 10);
    if (taken === undefined) throw new Error('nothing was due');
    await called();
    await answerAfter(soon);
    expect(desk.gitlab.statuses()).toEqual([]);
    const at = new Date();
    await desk.service.store.statusChecks.settle(taken, {
      kind: 'answered',
      status: 'passed',
      at,
      nextAt: later(dayMs),
    });
    await answerAfter(soon);
    expect(desk.gitlab.statuses()).toEqual(['pending']);
  });

  it('is kept as long as a green in GitLab may have to become red', async () => {
    for (const mergeRequest of [1, 2, 3]) await called({ mergeRequest });
    await rows(`UPDATE status_checks SET answered = 'passed', answered_at = now() WHERE merge_request = 2`);
    await called({ mergeRequest: 3, state: 'closed' });
    await forgetOldChecks(answering(later(89 * dayMs)));
    expect(await rows('SELECT FROM status_checks')).toHaveLength(3);
    await forgetOldChecks(answering(later(91 * dayMs)));
    expect(await rows('SELECT merge_request FROM status_checks')).toEqual([{ merge_request: '2' }]);
  });
});
