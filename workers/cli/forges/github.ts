import { readFile } from 'node:fs/promises';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { type Forge, openForge, statusOf } from '../../../shared/edge/adapters/forges/open-forge.ts';
import type { Annotation } from '../../../shared/report/forge/annotations.ts';
import type { Telling } from '../../../shared/report/forge/tell-change.ts';
import type { CommandIo } from '../io.ts';
import { upsertNote } from './upsert-note.ts';

export interface GithubChange {
  readonly repository: string;
  readonly sha: string;
  readonly pull?: number;
}

/** From the options, else from what GitHub Actions sets; of a pull request the head, not the merge that was built. */
export async function githubChange(
  env: CommandIo['env'],
  given: { readonly sha?: string; readonly pull?: number },
): Promise<GithubChange> {
  const event = env.GITHUB_EVENT_PATH === undefined ? undefined : await readEvent(env.GITHUB_EVENT_PATH);
  const sha = given.sha ?? event?.pull_request?.head.sha ?? env.GITHUB_SHA;
  const pull = given.pull ?? event?.pull_request?.number;
  const repository = env.GITHUB_REPOSITORY;
  if (repository === undefined || sha === undefined) {
    const remedy = 'run it in a workflow, or set GITHUB_REPOSITORY=owner/name and give --sha';
    throw new RehearsalError('bundle', 'usage', 'the repository or the commit is not known', remedy);
  }
  return { repository, sha, ...(pull === undefined ? {} : { pull }) };
}

export function openGithub(env: CommandIo['env']): Forge {
  const token = env.GITHUB_TOKEN ?? '';
  if (token === '') {
    const remedy = 'set GITHUB_TOKEN, with checks: write and pull-requests: write';
    throw new RehearsalError('policy', 'no-forge-token', 'there is no token of GitHub', remedy);
  }
  return openForge(env.GITHUB_API_URL ?? 'https://api.github.com', {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'x-github-api-version': '2022-11-28',
  });
}

/** GitHub lists 3,000 files of a change at most, so one with as many has more. null: not known. */
export async function changedFilesOfPull(forge: Forge, change: GithubChange): Promise<readonly string[] | null> {
  if (change.pull === undefined) return null;
  const files = await forge.list(`/repos/${change.repository}/pulls/${change.pull}/files`, 30);
  return files?.map((file) => (file as { readonly filename: string }).filename) ?? null;
}

export async function tellGithub(
  forge: Forge,
  change: GithubChange,
  telling: Telling & { readonly annotations: readonly Annotation[]; readonly page?: string },
  name: string,
): Promise<void> {
  await tellCheck(forge, change, telling, name);
  const { repository, pull } = change;
  if (pull === undefined) return;
  const isOurs = await authorship(forge);
  await upsertNote(name, telling.note, {
    list: async () =>
      ((await forge.list(`/repos/${repository}/issues/${pull}/comments`, 50)) ?? []).map((raw) => {
        const comment = raw as GithubComment;
        return { id: comment.id, body: comment.body ?? '', isOurs: isOurs(comment) };
      }),
    create: (body) => forge.ask('POST', `/repos/${repository}/issues/${pull}/comments`, { body }),
    replace: (id, body) => forge.ask('PATCH', `/repos/${repository}/issues/comments/${id}`, { body }),
  });
}

/** The vendor takes so many in one request; those of the next are added to them. */
const annotationsAtOnce = 50;

async function tellCheck(
  forge: Forge,
  { repository, sha }: GithubChange,
  { outcome, title, note, annotations, page }: Parameters<typeof tellGithub>[2],
  name: string,
): Promise<void> {
  const output = (from: number) => ({
    title,
    summary: title,
    text: note,
    annotations: annotations.slice(from, from + annotationsAtOnce),
  });
  const made = (await forge.ask('POST', `/repos/${repository}/check-runs`, {
    name,
    head_sha: sha,
    status: 'completed',
    // Never `neutral` or `skipped`: branch protection takes those for a success.
    conclusion: outcome,
    ...(page === undefined ? {} : { details_url: page }),
    output: output(0),
  })) as { readonly id: number };
  for (let from = annotationsAtOnce; from < annotations.length; from += annotationsAtOnce) {
    await forge.ask('PATCH', `/repos/${repository}/check-runs/${made.id}`, {
      conclusion: outcome,
      output: output(from),
    });
  }
}

interface GithubComment {
  readonly id: number;
  readonly body?: string;
  readonly user: { readonly login: string; readonly type: string } | null;
}

/** A person's token knows its person; the token of a workflow may not ask and writes as a bot. */
async function authorship(forge: Forge): Promise<(comment: GithubComment) => boolean> {
  try {
    const { login } = (await forge.ask('GET', '/user')) as { readonly login: string };
    return ({ user }) => user?.login === login;
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    return ({ user }) => user?.type === 'Bot';
  }
}

async function readEvent(path: string): Promise<GithubEvent> {
  return JSON.parse(await readFile(path, 'utf8')) as GithubEvent;
}

interface GithubEvent {
  readonly pull_request?: { readonly number: number; readonly head: { readonly sha: string } };
}
