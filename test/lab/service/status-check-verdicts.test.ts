import type { ChildProcess } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerGate } from '../../../services/api/answer-gate.ts';
import { askStoredGate } from '../../../services/api/ask-stored-gate.ts';
import { type Answering, renewPendingMs } from '../../../services/integrations/gitlab/answer-checks.ts';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';
import { eventually } from './parts.ts';
import { askJson, killed, makeBundle, post, submitted, untilStatus } from './service.ts';
import { dayMs, later, responses, shaOf, soon, statusCheckDesk } from './status-check-desk.ts';

const desk = statusCheckDesk();
const { rows, call, called, answerAfter } = desk;

/** Another archive for each commit, as a pipeline sends it. */
async function submit(version: string, commit: string): Promise<string> {
  const archive = await makeBundle(desk.service.dir, version);
  const { body, response } = await submitted(desk.service, archive, {}, `?branch=topic&commit=${commit}`);
  expect(response.status).toBeLessThan(300);
  return body.id;
}
const bundlesOf = (id: string) =>
  rows(`SELECT bundle_digest AS bundle FROM rehearsals WHERE id = '${id}'`) as Promise<readonly [{ bundle: string }]>;

describe('with a worker, the answer', () => {
  let worker: ChildProcess;
  beforeAll(async () => {
    worker = await desk.service.startWorker();
    // Its evidence is believed from its first self-check on.
    await eventually(async () =>
      (await desk.service.store.workers.live(60_000)).some(({ selfCheck }) => selfCheck?.ok),
    );
  });
  afterAll(() => killed(worker));

  const judgedOf = async (version: string, commit: string) => {
    const id = await submit(version, commit);
    await untilStatus(desk.service, id, 'judged');
    return id;
  };

  it.each([
    ['31.0.0', 'passed'],
    ['32.0.0-bad', 'failed'],
  ])('follows the verdict of %s: pending, pending while it runs, %s', async (version, status) => {
    const hold = join(desk.service.dir, 'hold-control');
    const sha = shaOf(version.length);
    await called({ sha });
    await answerAfter(soon);
    await writeFile(hold, '');
    const id = await submit(version, sha);
    await untilStatus(desk.service, id, 'running');
    await answerAfter(renewPendingMs + soon);
    await rm(hold);
    await untilStatus(desk.service, id, 'judged');
    await answerAfter(renewPendingMs + 2 * soon + 10_000);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'pending', status]);
    await answerAfter(dayMs);
    expect(desk.gitlab.statuses()).toHaveLength(3);
  });

  it('is there at once for what was rehearsed before, by its commit or with the commit as version', async () => {
    const version = shaOf(77);
    await judgedOf('33.0.0', shaOf(33));
    await judgedOf(version, shaOf(34));
    await called({ mergeRequest: 1, sha: shaOf(33) });
    await called({ mergeRequest: 2, sha: version });
    await answerAfter(soon);
    expect(desk.gitlab.statuses()).toEqual(['passed', 'passed']);
  });

  it('is of the service and the environment that the address names, and of no other', async () => {
    await judgedOf('34.0.0', shaOf(35));
    for (const [check, query] of ['?service=billing', '?service=alerts&environment=staging'].entries()) {
      expect((await call({ sha: shaOf(35), check: check + 1 }, query)).status).toBe(202);
    }
    await answerAfter(soon);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'pending']);
  });

  it('changes with a waiver, an override and the end of an override, and all of it stands in the audit log', async () => {
    const ids = [await judgedOf('35.0.0-bad', shaOf(36)), await judgedOf('36.0.0-bad', shaOf(37))];
    const lastOf = (mergeRequest: number) => {
      const own = desk.gitlab.to(responses).filter(({ path: to }) => to.includes(`merge_requests/${mergeRequest}/`));
      return (own.at(-1)?.body as { readonly status: string } | undefined)?.status;
    };
    await called({ mergeRequest: 1, sha: shaOf(36) });
    await called({ mergeRequest: 2, sha: shaOf(37) });
    await answerAfter(soon);
    expect([lastOf(1), lastOf(2)]).toEqual(['failed', 'failed']);
    const why = { service: 'alerts', by: 'Ada', reason: 'known', until: new Date(Date.now() + dayMs).toISOString() };
    const [{ bundle }] = await bundlesOf(ids[0] ?? '');
    const waived = await askJson(desk.service, '/v1/waivers', post({ ...why, check: 'failed-migration', bundle }));
    const overridden = await askJson(desk.service, '/v1/overrides', post({ ...why, version: '36.0.0-bad' }));
    expect([waived.status, overridden.status]).toEqual([201, 201]);
    await answerAfter(20_000);
    expect([lastOf(1), lastOf(2)]).toEqual(['passed', 'passed']);
    await answerAfter(40_000, { gate: (question) => gateAt(question, later(2 * dayMs)) });
    expect([lastOf(1), lastOf(2)]).toEqual(['failed', 'failed']);
    const audited = await desk.service.store.audit.list({ action: 'gate', limit: 100 });
    const said = audited.filter(({ actor, subject }) => actor === 'GitLab' && subject.includes('36.0.0-bad'));
    expect(said.map(({ detail }) => (detail as { answer: string }).answer)).toEqual(['block', 'allow', 'block']);
    expect(said[0]).toMatchObject({ service: 'alerts', requestId: null });
  });

  it('of what was cancelled is failed', async () => {
    const hold = join(desk.service.dir, 'hold-control');
    await writeFile(hold, '');
    const id = await submit('37.0.0', shaOf(38));
    await called({ sha: shaOf(38) });
    await answerAfter(soon);
    expect((await desk.service.ask(`/v1/rehearsals/${id}/cancel`, { method: 'POST' })).status).toBeLessThan(300);
    await rm(hold);
    await answerAfter(20_000);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'failed']);
  });

  it('of a gate that is closed because the queue is away is never passed, and is taken back', async () => {
    await judgedOf('38.0.0', shaOf(39));
    await called({ sha: shaOf(39) });
    const away = async () => {
      throw new RehearsalError('machine', 'queue-unreachable', 'The queue does not answer.', 'Start it.');
    };
    const queue = { ...desk.service.queue, health: away };
    const closed = {
      gate: (question: Parameters<Answering['gate']>[0]) => askStoredGate({ ...desk.service, queue }, question),
    };
    await answerAfter(soon, closed);
    await answerAfter(20_000);
    await answerAfter(40_000, closed);
    expect(desk.gitlab.statuses()).toEqual(['pending', 'passed', 'pending']);
  });

  it('of evidence whose worker was wrong about a known bundle is never passed, and is taken back', async () => {
    await judgedOf('39.0.0', shaOf(40));
    await called({ sha: shaOf(40) });
    await answerAfter(soon);
    await rows(
      `INSERT INTO self_checks (worker, machine, at, ok, says, took_ms)
       SELECT worker, machine, max(at) + interval '1 millisecond', false, 'the known-bad bundle passed', 1
         FROM self_checks WHERE at < (SELECT finished_at FROM rehearsals WHERE version = '39.0.0')
        GROUP BY worker, machine`,
    );
    await answerAfter(20_000);
    expect(desk.gitlab.statuses()).toEqual(['passed', 'failed']);
  });
});

/** The gate as it will be. */
async function gateAt(question: Parameters<Answering['gate']>[0], now: Date) {
  const { service: of, version, environment } = question;
  const evidence = await desk.service.store.rehearsals.forGate(of, version, environment);
  return { ...answerGate(question, evidence, defaultRules(), now), known: evidence.known };
}
