import { expect, test } from 'vitest';
import { submitSource } from '../../../workers/cli/submit-source.ts';

test.each([
  ['the environment', { environment: 'staging', branch: 'a' }, {}, '?environment=staging&branch=a'],
  ['nothing where nobody says a branch', {}, { GITHUB_SHA: 'abc' }, ''],
  [
    'what was said',
    { branch: 'topic/a&b', commit: 'abc' },
    { GITHUB_REF_NAME: 'x' },
    '?branch=topic%2Fa%26b&commit=abc',
  ],
  ['the branch of a pull request', {}, { GITHUB_HEAD_REF: 'topic', GITHUB_REF_NAME: '7/merge' }, '?branch=topic'],
  [
    'the branch that is built',
    {},
    { GITHUB_HEAD_REF: '', GITHUB_REF_NAME: 'main', GITHUB_SHA: 'f' },
    '?branch=main&commit=f',
  ],
  [
    'the head of the source branch and not the merge that GitLab builds of it',
    {},
    { CI_COMMIT_REF_NAME: 'topic', CI_COMMIT_SHA: 'merge', CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: 'head' },
    '?branch=topic&commit=head',
  ],
  [
    'the commit of a merge request that nothing was merged into',
    {},
    { CI_COMMIT_REF_NAME: 'topic', CI_COMMIT_SHA: 'head', CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: '' },
    '?branch=topic&commit=head',
  ],
  ['another CI system', {}, { CI_COMMIT_REF_NAME: 'main', CI_COMMIT_SHA: 'f' }, '?branch=main&commit=f'],
])('%s', (_what, said, env, query) => {
  expect(submitSource(said, env)).toBe(query);
});
