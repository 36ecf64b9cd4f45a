import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../../shared/domain/report.ts';
import { reportToCommand } from '../../../workers/cli/report-to-command.ts';
import { runCommand } from '../run-command.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import type { FakeForge } from './fake-forge.ts';
import { githubToken } from './fake-github.ts';
import { gitlabToken } from './fake-gitlab.ts';

/** What came last for this operation. */
export const bodyOf = <Body>(forge: FakeForge, operation: string): Body =>
  forge.to(operation).at(-1)?.body as unknown as Body;

/** `rehearse report-to` in a pipeline of this forge; undefined: nobody left a result. */
export async function tell(
  forge: FakeForge,
  which: 'github' | 'gitlab',
  result: Report | object | undefined,
  ...more: readonly string[]
) {
  await using directory = await temporaryDirectory();
  const report = join(directory.path, 'report.json');
  const event = join(directory.path, 'event.json');
  if (result !== undefined) await writeFile(report, JSON.stringify(result));
  await writeFile(event, JSON.stringify({ pull_request: { number: 12, head: { sha: 'a'.repeat(40) } } }));
  const github = { GITHUB_TOKEN: githubToken, GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: 'team/shop' };
  const gitlab = {
    GITLAB_TOKEN: gitlabToken,
    CI_API_V4_URL: forge.url,
    CI_PROJECT_ID: '5',
    CI_COMMIT_SHA: 'b'.repeat(40),
  };
  const env =
    which === 'github'
      ? { ...github, GITHUB_EVENT_PATH: event, GITHUB_SHA: 'c'.repeat(40) }
      : { ...gitlab, CI_MERGE_REQUEST_IID: '12' };
  return await runCommand(reportToCommand, [which, '--report', report, ...more], { env, cwd: directory.path });
}
