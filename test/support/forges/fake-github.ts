import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FakeForge, type Operation, page, startForge } from './fake-forge.ts';

const { bodies } = JSON.parse(readFileSync(join(import.meta.dirname, 'github-bodies.json'), 'utf8')) as {
  readonly bodies: Readonly<Record<string, object>>;
};
const repo = '/repos/{owner}/{repo}';
/** 65,536 and more are refused: `body is too long (maximum is 65536 characters)`. */
const commentMax = 65_536;

export interface GithubComment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: string };
}

export interface FakeGithub extends FakeForge {
  readonly comments: GithubComment[];
}

export const githubToken = 'ghs_token_of_the_workflow';

/** `login`: whose token it is; absent: that of a workflow, which may not ask and writes as a bot. */
export async function startGithub(
  options: {
    readonly files?: readonly string[];
    readonly login?: string;
    readonly also?: Record<string, Operation>;
  } = {},
): Promise<FakeGithub> {
  const comments: GithubComment[] = [];
  const user =
    options.login === undefined
      ? { login: 'github-actions[bot]', type: 'Bot' }
      : { login: options.login, type: 'User' };
  let ids = 100;
  const operation = (name: string, answer: Operation['answer']): Record<string, Operation> => ({
    [name]: { ...(bodies[name] && { schema: bodies[name] }), answer },
  });
  const tooLong = { status: 422, body: { message: `body is too long (maximum is ${commentMax} characters)` } };
  const forge = await startForge((headers) => headers.authorization === `Bearer ${githubToken}`, {
    ...operation(`POST ${repo}/check-runs`, () => ({ status: 201, body: { id: 7 } })),
    ...operation(`PATCH ${repo}/check-runs/{check_run_id}`, () => ({ body: { id: 7 } })),
    ...operation('GET /user', () =>
      options.login === undefined
        ? { status: 403, body: { message: 'Resource not accessible by integration' } }
        : { body: { login: options.login } },
    ),
    ...operation(`GET ${repo}/pulls/{pull_number}/files`, (_asked, _path, query) =>
      page(
        (options.files ?? []).map((filename) => ({ filename })),
        query,
      ),
    ),
    ...operation(`GET ${repo}/issues/{issue_number}/comments`, (_asked, _path, query) => page(comments, query)),
    ...operation(`POST ${repo}/issues/{issue_number}/comments`, ({ body }) => {
      const text = (body as { body: string }).body;
      if (text.length > commentMax) return tooLong;
      ids += 1;
      comments.push({ id: ids, body: text, user });
      return { status: 201, body: { id: ids } };
    }),
    ...operation(`PATCH ${repo}/issues/comments/{comment_id}`, ({ body }, path) => {
      const found = comments.find(({ id }) => id === Number(path[2]));
      if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
      found.body = (body as { body: string }).body;
      return found.body.length > commentMax ? tooLong : { body: { id: found.id } };
    }),
    ...options.also,
  });
  return { ...forge, comments };
}
