import { createHmac } from 'node:crypto';

export const gitlabSecret = 'shared-secret-of-the-status-check';

export interface CallOfGitlab {
  readonly sha?: string | null;
  readonly mergeRequest?: number;
  readonly check?: number;
  readonly state?: 'opened' | 'closed' | 'merged';
  readonly updatedAt?: string;
}

export const headSha = 'd'.repeat(40);

/** As GitLab documents it, shortened: https://docs.gitlab.com/api/status_checks/#example-payload */
export function payloadOfGitlab(call: CallOfGitlab = {}): object {
  const { sha = headSha, mergeRequest = 4, check = 1, state = 'opened', updatedAt = '2026-03-01 07:53:43 UTC' } = call;
  const project = { id: 6, name: 'Flight', path_with_namespace: 'flightjs/Flight', default_branch: 'main' };
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: { id: 1, name: 'Administrator', username: 'root', email: '[REDACTED]' },
    project,
    object_attributes: {
      ...{ id: 144, iid: mergeRequest, state, title: 'Update README.md', description: 'Größe: 1 €' },
      ...{ source_branch: 'patch', source_project_id: 7, target_branch: 'main', target_project_id: 6 },
      ...{ created_at: '2022-12-07 07:53:43 UTC', updated_at: updatedAt, source: project, target: project },
      last_commit: sha === null ? null : { id: sha, message: 'Update', title: 'Update', author: { name: 'a' } },
    },
    labels: [],
    changes: {},
    external_approval_rule: { id: check, name: 'rehearsal', external_url: 'https://rehearsal.example.org/' },
  };
}

/** A request with the signature that GitLab makes: hex of HMAC-SHA-256 over the body, as its code sends it. */
export function signedCall(payload: unknown, secret = gitlabSecret): RequestInit {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    ...{ method: 'POST', body },
    headers: { 'content-type': 'application/json', 'x-gitlab-signature': signature },
  };
}
