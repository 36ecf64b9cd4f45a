import { RehearsalError } from '../../../shared/domain/problem.ts';
import { answerStatusCheck, openGitlabApi } from '../../../shared/edge/adapters/forges/gitlab.ts';
import type { Forge } from '../../../shared/edge/adapters/forges/open-forge.ts';
import type { Telling } from '../../../shared/report/forge/tell-change.ts';
import type { CommandIo } from '../io.ts';
import { upsertNote } from './upsert-note.ts';

export interface GitlabChange {
  readonly project: string;
  readonly sha: string;
  readonly mergeRequest?: number;
}

/** From the options, else from what GitLab CI sets; of a merge request its source, not the merge that was built. */
export function gitlabChange(
  env: CommandIo['env'],
  given: { readonly sha?: string; readonly mergeRequest?: number },
): GitlabChange {
  const source = env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA;
  const sha = given.sha ?? (source === undefined || source === '' ? env.CI_COMMIT_SHA : source);
  const iid =
    given.mergeRequest ?? (env.CI_MERGE_REQUEST_IID === undefined ? undefined : Number(env.CI_MERGE_REQUEST_IID));
  const project = env.CI_PROJECT_ID;
  if (project === undefined || sha === undefined) {
    const remedy = 'run it in a pipeline, or set CI_PROJECT_ID and give --sha';
    throw new RehearsalError('bundle', 'usage', 'the project or the commit is not known', remedy);
  }
  return { project: encodeURIComponent(project), sha, ...(iid === undefined ? {} : { mergeRequest: iid }) };
}

export function openGitlab(env: CommandIo['env']): Forge {
  const token = env.GITLAB_TOKEN ?? '';
  if (token === '') {
    const remedy = 'set GITLAB_TOKEN to a project access token with scope api; a job token may not write notes';
    throw new RehearsalError('policy', 'no-forge-token', 'there is no token of GitLab', remedy);
  }
  return openGitlabApi(env.CI_API_V4_URL ?? 'https://gitlab.com/api/v4', token);
}

/** null: not known. */
export async function changedFilesOfMergeRequest(
  forge: Forge,
  change: GitlabChange,
): Promise<readonly string[] | null> {
  if (change.mergeRequest === undefined) return null;
  const diffs = await forge.list(`/projects/${change.project}/merge_requests/${change.mergeRequest}/diffs`, 30);
  return diffs?.flatMap((diff) => Object.values(pathsOf(diff as GitlabDiff))) ?? null;
}

interface GitlabDiff {
  readonly new_path: string;
  readonly old_path: string;
}
const pathsOf = ({ new_path, old_path }: GitlabDiff) => ({ new_path, old_path });

export async function tellGitlab(
  forge: Forge,
  { project, sha, mergeRequest }: GitlabChange,
  { outcome, title, note, page, statusCheck }: Telling & { readonly page?: string; readonly statusCheck?: number },
  name: string,
): Promise<void> {
  await forge.ask('POST', `/projects/${project}/statuses/${sha}`, {
    state: outcome === 'success' ? 'success' : 'failed',
    name,
    description: title,
    ...(page === undefined ? {} : { target_url: page }),
  });
  if (mergeRequest === undefined) return;
  const path = `/projects/${project}/merge_requests/${mergeRequest}`;
  const { id } = (await forge.ask('GET', '/user')) as { readonly id: number };
  await upsertNote(name, note, {
    list: async () =>
      ((await forge.list(`${path}/notes`, 50)) ?? []).map((raw) => {
        const found = raw as GitlabNote;
        return { id: found.id, body: found.body, isOurs: found.author.id === id && !found.system };
      }),
    create: (body) => forge.ask('POST', `${path}/notes`, { body }),
    replace: (noteId, body) => forge.ask('PUT', `${path}/notes/${noteId}`, { body }),
  });
  if (statusCheck === undefined) return;
  const status = outcome === 'success' ? 'passed' : 'failed';
  await answerStatusCheck(forge, { project, mergeRequest, check: statusCheck, sha, status });
}

interface GitlabNote {
  readonly id: number;
  readonly body: string;
  readonly system: boolean;
  readonly author: { readonly id: number };
}
