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
  /** Head of the source branch: an answer for another commit is refused; null: whatever the commit. */
  head: string | null;
  /** While it is so, answers to status checks are refused with this status. */
  refusing: number | null;
  /** What each answer to a status check said, oldest first; the newest counts. */
  statuses(): readonly string[];
}

export const gitlabToken = 'glpat-token-of-the-project';
const mergeRequest = '/projects/{id}/merge_requests/{iid}';

export async function startGitlab(options: { readonly files?: readonly string[] } = {}): Promise<FakeGitlab> {
  const notes: GitlabNote[] = [];
  const statuses: string[] = [];
  const said: Pick<FakeGitlab, 'head' | 'refusing'> = { head: null, refusing: null };
  const schemas: Readonly<Record<string, object>> = gitlabBodies;
  const operation = (name: string, answer: Operation['answer']): Record<string, Operation> => ({
    [name]: { ...(schemas[name] && { schema: schemas[name] }), answer },
  });
  const isOurs: Parameters<typeof startForge>[0] = (headers) => headers['private-token'] === gitlabToken;
  const operations = {
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
    ...operation(`POST ${mergeRequest}/status_check_responses`, ({ body }) => {
      const { sha, status } = body as { sha: string; status: string };
      if (said.refusing !== null) return { status: said.refusing, body: { message: 'not now' } };
      if (said.head !== null && sha !== said.head) {
        return { status: 409, body: { message: `SHA does not match HEAD of source branch: ${said.head}` } };
      }
      statuses.push(status);
      return { status: 201, body: { id: statuses.length } };
    }),
  };
  const forge = await startForge(isOurs, operations, '/api/v4');
  return Object.assign(said, { ...forge, notes, statuses: () => [...statuses] });
}
