export interface SubmitSource {
  readonly environment?: string;
  readonly branch?: string;
  readonly commit?: string;
}

/** As the CI systems tell their jobs: the branch of a change first, else the one that is built. */
const branchVariables = ['GITHUB_HEAD_REF', 'GITHUB_REF_NAME', 'CI_COMMIT_REF_NAME', 'BUILDKITE_BRANCH', 'GIT_BRANCH'];
/** What GitLab builds of a merge request may be a merge that is on no branch: the head of its source comes before it. */
const commitVariables = [
  ...['GITHUB_SHA', 'CI_MERGE_REQUEST_SOURCE_BRANCH_SHA', 'CI_COMMIT_SHA'],
  ...['BUILDKITE_COMMIT', 'GIT_COMMIT'],
];

/** What is asked besides the bundle: its environment, and its source as was said, else as the CI system says. */
export function submitSource(said: SubmitSource, env: Readonly<Record<string, string | undefined>>): string {
  const branch = said.branch ?? firstOf(branchVariables, env);
  const commit = said.commit ?? firstOf(commitVariables, env);
  const query = new URLSearchParams();
  if (said.environment !== undefined) query.set('environment', said.environment);
  if (branch !== undefined) query.set('branch', branch);
  if (branch !== undefined && commit !== undefined) query.set('commit', commit);
  return query.size === 0 ? '' : `?${query}`;
}

const firstOf = (names: readonly string[], env: Readonly<Record<string, string | undefined>>): string | undefined =>
  names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
