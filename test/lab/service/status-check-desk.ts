import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { askStoredGate } from '../../../services/api/ask-stored-gate.ts';
import { type Answering, answerDueChecks } from '../../../services/integrations/gitlab/answer-checks.ts';
import { openGitlabApi } from '../../../shared/edge/adapters/forges/gitlab.ts';
import { type FakeGitlab, gitlabToken, startGitlab } from '../../support/forges/fake-gitlab.ts';
import { type CallOfGitlab, gitlabSecret, payloadOfGitlab, signedCall } from '../../support/forges/gitlab-call.ts';
import { startService, type TestService } from './service.ts';

export const statusChecksPath = '/v1/integrations/gitlab/status-checks';
export const responses = 'POST /projects/{id}/merge_requests/{iid}/status_check_responses';
export const dayMs = 24 * 3_600_000;
/** After whatever is due at once. */
export const soon = 1_000;
export const later = (ms: number) => new Date(Date.now() + ms);
export const shaOf = (sign: number) => sign.toString(16).padStart(40, '0');

/** For a whole test file: a service that takes GitLab's calls, and for each test a GitLab that is told no nonsense. */
export function statusCheckDesk() {
  let service: TestService;
  let gitlab: FakeGitlab;
  beforeAll(async () => {
    service = await startService('postgres', { gitlab: { secret: gitlabSecret } });
  });
  afterAll(() => service[Symbol.asyncDispose]());
  beforeEach(async () => {
    gitlab = await startGitlab();
  });
  afterEach(async () => {
    expect(gitlab.mistakes).toEqual([]);
    await gitlab[Symbol.asyncDispose]();
    await rows('DELETE FROM status_checks');
  });

  async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: service.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  const call = (asked: CallOfGitlab = {}, query = '?service=alerts') =>
    fetch(new URL(`${statusChecksPath}${query}`, service.address), signedCall(payloadOfGitlab(asked)));

  function answering(at: Date, changes: Partial<Answering> = {}): Answering {
    const { store } = service;
    return {
      ...{ statusChecks: store.statusChecks, audit: store.audit, log: pino({ level: 'silent' }) },
      gate: (question) => askStoredGate(service, question),
      gitlab: openGitlabApi(gitlab.url, gitlabToken, 1),
      ...{ now: () => at, random: () => 0.5, ...changes },
    };
  }

  return {
    get service() {
      return service;
    },
    get gitlab() {
      return gitlab;
    },
    rows,
    call,
    called: async (asked: CallOfGitlab = {}): Promise<void> => {
      expect((await call(asked)).status).toBe(202);
    },
    answering,
    /** Everything that is due so long from now is answered. */
    answerAfter: (ms: number, changes?: Partial<Answering>) => answerDueChecks(answering(later(ms), changes)),
  };
}
