import { type FakeForge, type Operation, page, startForge } from './fake-forge.ts';
import { gitlabBodies } from './gitlab-bodies.ts';

export interface GitlabNote {
  readonly id: number;
  body: string;
  readonly system: boolean;
  readonly author: { readonly id: number };
}

export interface FakeGitlab extends FakeForge {
  readonly notes: GitlabNote[];
}

export const gitlabToken = 'glpat-token-of-the-project';
const mergeRequest = '/projects/{id}/merge_requests/{iid}';

export async function startGitlab(options: { readonly files?: readonly string[] } = {}): Promise<FakeGitlab> {
  const notes: GitlabNote[] = [];
  const schemas: Readonly<Record<string, object>> = gitlabBodies;
  const operation = (name: string, answer: Operation['answer']): Record<string, Operation> => ({
    [name]: { ...(schemas[name] && { schema: schemas[name] }), answer },
  });
  const forge = await startForge((headers) => headers['private-token'] === gitlabToken, {
    ...operation('GET /user', () => ({ body: { id: 42 } })),
    ...operation('POST /projects/{id}/statuses/{sha}', () => ({ status: 201, body: { id: 1 } })),
    ...operation(`GET ${mergeRequest}/diffs`, (_asked, _path, query) =>
      page(
        (options.files ?? []).map((path) => ({ old_path: path, new_path: path })),
        query,
      ),
    ),
    ...operation(`GET ${mergeRequest}/notes`, (_asked, _path, query) => page(notes, query)),
    ...operation(`POST ${mergeRequest}/notes`, ({ body }) => {
      const id = notes.length + 1;
      notes.push({ id, body: (body as { body: string }).body, system: false, author: { id: 42 } });
      return { status: 201, body: { id } };
    }),
    ...operation(`PUT ${mergeRequest}/notes/{note_id}`, ({ body }, path) => {
      const found = notes.find(({ id }) => id === Number(path[2]));
      if (found === undefined) return { status: 404, body: { message: '404 Not Found' } };
      found.body = (body as { body: string }).body;
      return { body: { id: found.id } };
    }),
    ...operation(`POST ${mergeRequest}/status_check_responses`, () => ({ status: 201, body: { id: 1 } })),
  });
  return { ...forge, notes };
}
