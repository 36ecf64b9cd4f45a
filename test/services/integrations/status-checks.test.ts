import { describe, expect, it } from 'vitest';
import { isNews, renewPendingMs, retryAfterMs } from '../../../services/integrations/gitlab/answer-checks.ts';
import { gitlabOfEnvironment } from '../../../services/integrations/gitlab/gitlab-of-environment.ts';
import { judgeCommit } from '../../../services/integrations/gitlab/judge-commit.ts';
import { isSignedBy } from '../../../services/integrations/gitlab/verify-signature.ts';
import { parseDigest, parseRehearsalId } from '../../../shared/domain/ids.ts';
import type { RehearsalStatus } from '../../../shared/domain/rehearsal.ts';
import type { GateRecord } from '../../../shared/edge/ports/store.ts';
import { gitlabSecret, signedCall } from '../../support/forges/gitlab-call.ts';

const bundle = parseDigest(`sha256:${'a'.repeat(64)}`);
const record = (status: RehearsalStatus, fault: GateRecord['fault'] = null): GateRecord => ({
  rehearsal: {
    ...{ id: parseRehearsalId(`rh-${'a'.repeat(16)}`), status, bundleDigest: bundle, rulesDigest: bundle },
    ...{ verdict: null, finishedAt: null },
  },
  ...{ facts: null, performedBy: null, fault },
});
const said = (answer: 'allow' | 'block' | 'never-rehearsed', code: string, ...known: readonly GateRecord[]) => ({
  bundle: answer === 'never-rehearsed' ? undefined : bundle,
  said: { answer, reasons: [{ code, text: 'by the test' }], known },
});

const passed = said('allow', 'passed');
const failed = said('block', 'failed', record('judged'));
const rerun = said('block', 'failed', record('judged'), record('running'));
const waiting = (status: RehearsalStatus) => said('block', 'no-verdict', record(status));
const refused = said('block', 'no-verdict', record('failed', 'bundle'));
const never = said('never-rehearsed', 'never-rehearsed');

describe('a commit', () => {
  it.each([
    ['nothing was rehearsed of', [never], 'pending', false],
    ['nobody was asked about', [], 'pending', false],
    ['whose rehearsal waits', [waiting('queued')], 'pending', true],
    ['whose rehearsal runs', [waiting('running')], 'pending', true],
    ['whose rehearsal was cancelled', [waiting('cancelled')], 'failed', false],
    ['whose rehearsal the machine failed', [waiting('failed')], 'failed', false],
    ['whose bundle was refused', [refused], 'failed', false],
    ['that the gate lets pass', [passed], 'passed', false],
    ['that the gate blocks', [failed], 'failed', false],
    ['whose red is rehearsed again', [rerun], 'failed', false],
    ['with a bundle that is blocked beside one that passes', [passed, failed], 'failed', false],
    ['with a bundle that is blocked beside one that waits', [waiting('running'), failed], 'failed', false],
    ['with a bundle that waits beside one that passes', [passed, waiting('queued')], 'pending', true],
    ['with a bundle that was refused and its corrected self', [refused, passed], 'passed', false],
    ['with a bundle that nobody knows beside one that passes', [passed, never], 'pending', false],
  ] as const)('%s is %s', (_what, bundles, status, isUnderWay) => {
    expect(judgeCommit(bundles)).toEqual({ status, isUnderWay });
  });
});

describe('an answer is news', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const told = (status: 'pending' | 'passed' | 'failed', ageMs = 0) => ({
    ...{ failures: 0, answered: { status, at: new Date(now.getTime() - ageMs) } },
  });

  it.each([
    ['where GitLab knows nothing yet', { failures: 0, answered: null }, 'pending', false, true],
    ['where it is another one', told('passed'), 'failed', false, true],
    ['never where it is the same one', told('passed', 1e9), 'passed', false, false],
    ['where nobody knows what GitLab has, after a failure', { ...told('failed'), failures: 1 }, 'failed', false, true],
    ['where what is under way would soon be failed', told('pending', renewPendingMs), 'pending', true, true],
    ['not before', told('pending', renewPendingMs - 1), 'pending', true, false],
    ['never where nothing is under way: GitLab may fail it', told('pending', 1e9), 'pending', false, false],
  ] as const)('%s', (_what, check, status, isUnderWay, expected) => {
    expect(isNews(check, { status, isUnderWay }, now)).toBe(expected);
  });

  it('and tried again later and later, never before GitLab has ended what it began', () => {
    const waits = [0, 1, 2, 3, 9].map((failures) => retryAfterMs(failures, 0) / 60_000);
    expect(waits).toEqual([1, 2, 4, 8, 30]);
    expect(retryAfterMs(0, 1)).toBeGreaterThan(retryAfterMs(0, 0));
  });
});

describe('a signature', () => {
  const { body, headers } = signedCall({ text: 'Größe' });
  const signature = new Headers(headers).get('x-gitlab-signature') ?? '';
  const bytes = Buffer.from(String(body));

  it('holds for the very bytes and the secret, and for nothing else', () => {
    expect(isSignedBy(gitlabSecret, signature, bytes)).toBe(true);
    expect(isSignedBy(`${gitlabSecret}x`, signature, bytes)).toBe(false);
    expect(isSignedBy(gitlabSecret, signature, Buffer.concat([bytes, Buffer.from(' ')]))).toBe(false);
    for (const odd of [
      undefined,
      '',
      'sha256=',
      signature.slice(1),
      `${signature}0`,
      signature.toUpperCase(),
      [signature],
    ])
      expect(isSignedBy(gitlabSecret, odd, bytes)).toBe(false);
  });

  it('is the one of RFC 4231, case 2', () => {
    const known = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    expect(isSignedBy('Jefe', known, Buffer.from('what do ya want for nothing?'))).toBe(true);
  });
});

describe('the settings of GitLab', () => {
  const all = {
    ...{ REHEARSAL_GITLAB_URL: 'https://gitlab.example.org/', REHEARSAL_GITLAB_TOKEN: 'glpat-canary' },
    REHEARSAL_GITLAB_SECRET: gitlabSecret,
  };
  const read = (env: Readonly<Record<string, string | undefined>>) => {
    const refused: string[] = [];
    const settings = gitlabOfEnvironment(env, (key, message) => refused.push(`${key} ${message}`));
    return { settings, refused, keys: refused.map((line) => line.split(' ')[0]) };
  };

  it('are all there or none; one without the others is refused with the names of those', () => {
    expect(read({})).toMatchObject({ settings: undefined, refused: [] });
    for (const key of Object.keys(all)) {
      expect(read({ ...all, [key]: undefined }).keys).toEqual([key]);
      expect(read({ [key]: all[key as keyof typeof all] }).keys).toEqual(
        Object.keys(all).filter((name) => name !== key),
      );
    }
  });

  it.each([
    ['https://gitlab.example.org', 'https://gitlab.example.org/api/v4'],
    ['https://gitlab.example.org/api/v4/', 'https://gitlab.example.org/api/v4'],
    ['https://example.org/gitlab/', 'https://example.org/gitlab/api/v4'],
  ])('lead from %s to %s', (url, api) => {
    expect(read({ ...all, REHEARSAL_GITLAB_URL: url })).toMatchObject({ settings: { api }, refused: [] });
  });

  it('that are wrong are refused at once, and no secret of them is told', () => {
    const wrong = {
      ...{ REHEARSAL_GITLAB_URL: 'https://me:canary@gitlab.example.org', REHEARSAL_GITLAB_TOKEN: 'canary canary' },
      REHEARSAL_GITLAB_SECRET: 'canary',
    };
    expect(read(wrong).keys).toEqual(Object.keys(all));
    expect(read(wrong).refused.join()).not.toContain('canary');
  });
});
