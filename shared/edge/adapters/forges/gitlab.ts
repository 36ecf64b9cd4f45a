import type { CheckStatus } from '../../ports/status-checks.ts';
import { type Forge, openForge } from './open-forge.ts';

/** `api` ends in `/api/v4`; the token is sent there and nowhere else, for no redirect is followed. */
export function openGitlabApi(api: string, token: string, tries?: number): Forge {
  return openForge(api, { 'private-token': token }, tries);
}

export interface StatusCheckAnswer {
  /** Its id, or its path as GitLab wants it in an address. */
  readonly project: string | number;
  readonly mergeRequest: number;
  readonly check: number;
  /** Refused with 409 where it is not the head of the source branch. */
  readonly sha: string;
  readonly status: CheckStatus;
}

/** https://docs.gitlab.com/api/status_checks/#set-status-of-an-external-status-check: the newest answer counts. */
export async function answerStatusCheck(forge: Forge, answer: StatusCheckAnswer): Promise<void> {
  const { project, mergeRequest, check, sha, status } = answer;
  await forge.ask('POST', `/projects/${project}/merge_requests/${mergeRequest}/status_check_responses`, {
    sha,
    external_status_check_id: check,
    status,
  });
}
