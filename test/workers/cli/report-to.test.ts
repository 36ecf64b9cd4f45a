import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manyFindings } from '../../shared/report/many-findings.ts';
import { finding, greenReport, redReport, withForeignText } from '../../shared/report/reports.ts';
import { githubToken, startGithub } from '../../support/forges/fake-github.ts';
import { startGitlab } from '../../support/forges/fake-gitlab.ts';
import { bodyOf, tell } from '../../support/forges/tell.ts';

const repo = '/repos/{owner}/{repo}';
const createCheck = `POST ${repo}/check-runs`;
const updateCheck = `PATCH ${repo}/check-runs/{check_run_id}`;
const status = 'POST /projects/{id}/statuses/{sha}';

interface CheckBody {
  readonly conclusion: string;
  readonly head_sha: string;
  readonly output: { readonly title: string; readonly text: string; readonly annotations: readonly Annotated[] };
}
interface Annotated {
  readonly path: string;
  readonly start_line: number;
  readonly annotation_level: string;
}
const problem = {
  type: '/problems/invalid-bundle',
  title: 'invalid bundle',
  code: 'invalid-bundle',
  detail: 'the bundle is not valid',
  remedy: 'correct it',
  problems: [{ file: 'rehearsal.yaml', line: 3, key: 'vers', message: 'unknown key' }],
};

describe('report-to github', () => {
  it('makes a check run on the head of the pull request, with the findings at their statements, and one comment', async () => {
    await using github = await startGithub();
    const { file: _file, line: _line, ...anywhere } = finding();
    const report = { ...redReport(), findings: [finding(), anywhere] };
    expect(await tell(github, 'github', report, '--path-prefix', './db/')).toMatchObject({ code: 0 });
    const check = bodyOf<CheckBody>(github, createCheck);
    expect(check).toMatchObject({ conclusion: 'failure', head_sha: 'a'.repeat(40) });
    expect(check.output.annotations.map(({ path, start_line }) => `${path}:${start_line}`)).toEqual([
      'db/migrations/0023.up.sql:4',
      'db/rehearsal.yaml:1',
    ]);
    expect(await tell(github, 'github', greenReport())).toMatchObject({ code: 0 });
    expect(bodyOf<CheckBody>(github, createCheck).conclusion).toBe('success');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('pass: ');
    expect(github.mistakes).toEqual([]);
  });

  it('sends at most 50 annotations in a request, worst first, and all texts within the limits of the vendor', async () => {
    await using github = await startGithub();
    const many = manyFindings(1200, 400);
    expect(await tell(github, 'github', many)).toMatchObject({ code: 0 });
    const requests = [...github.to(createCheck), ...github.to(updateCheck)].map(({ body }) => body as CheckBody);
    expect(requests.map(({ output }) => output.annotations.length)).toEqual(Array.from({ length: 10 }, () => 50));
    const levels = requests.flatMap(({ output }) => output.annotations.map(({ annotation_level }) => annotation_level));
    expect(levels).toEqual([...levels].sort());
    expect(github.mistakes).toEqual([]);
  });

  it('keeps foreign text within the limits and behind the marker', async () => {
    await using github = await startGithub();
    const foreign = `--> <script>alert(1)</script> | \u0000 ${'x'.repeat(70_000)}`;
    expect(await tell(github, 'github', withForeignText(redReport(), foreign))).toMatchObject({ code: 0 });
    expect(github.mistakes).toEqual([]);
    expect(github.comments[0]?.body.length).toBeLessThanOrEqual(65_536);
    expect(github.comments[0]?.body.split('-->')[0]).toBe('<!-- rehearsal-note:rehearsal ');
  });

  it('is refused by the server of this test where it is not as the vendor says', async () => {
    await using github = await startGithub();
    const annotations = Array.from({ length: 51 }, () => ({
      path: 'a',
      start_line: 1,
      end_line: 1,
      annotation_level: 'fatal',
      message: '',
    }));
    const answer = await fetch(`${github.url}/repos/team/shop/check-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${githubToken}` },
      body: JSON.stringify({
        name: 'x',
        head_sha: 'y',
        output: { title: '', summary: 'x'.repeat(65_536), annotations },
      }),
    });
    expect(answer.status).toBe(422);
    for (const word of ['50 items', '65535', 'allowed values']) expect(github.mistakes[0]).toContain(word);
  });

  it('takes only a comment of its own for its own, whoever it is', async () => {
    await using github = await startGithub({ login: 'release-robot' });
    github.comments.push({
      id: 1,
      body: '<!-- rehearsal-note:rehearsal -->\nplanted',
      user: { login: 'mallory', type: 'User' },
    });
    await tell(github, 'github', redReport());
    await tell(github, 'github', redReport());
    expect(github.comments.map(({ user }) => user.login)).toEqual(['mallory', 'release-robot']);
    expect(github.comments[0]?.body).toContain('planted');
  });

  it('finds its comment beyond the first page', async () => {
    await using github = await startGithub();
    const user = { login: 'someone', type: 'User' };
    for (let id = 1; id <= 130; id += 1) github.comments.push({ id, body: `talk ${id}`, user });
    await tell(github, 'github', redReport());
    await tell(github, 'github', redReport());
    expect(github.comments).toHaveLength(131);
  });

  it('tells an inconclusive rehearsal and a bundle that was refused as failures, never as neutral', async () => {
    await using github = await startGithub();
    await tell(github, 'github', { ...greenReport(), verdict: 'inconclusive' });
    expect(bodyOf<CheckBody>(github, createCheck).conclusion).toBe('failure');
    expect(await tell(github, 'github', problem)).toMatchObject({ code: 0 });
    const { conclusion, output } = bodyOf<CheckBody>(github, createCheck);
    expect(conclusion).toBe('failure');
    expect(output.text).toContain('unknown key');
  });

  it('tries again where GitHub is busy, and tells what it refuses without the token', async () => {
    let times = 0;
    const busy = {
      [createCheck]: {
        answer: () => {
          times += 1;
          return times < 3 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 201, body: { id: 7 } };
        },
      },
    };
    await using github = await startGithub({ also: busy });
    expect(await tell(github, 'github', greenReport())).toMatchObject({ code: 0 });
    expect(times).toBe(3);
    const refusing = {
      [createCheck]: { answer: () => ({ status: 403, body: { message: 'Resource not accessible' } }) },
    };
    await using closed = await startGithub({ also: refusing });
    const refused = await tell(closed, 'github', greenReport());
    expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('Resource not accessible') });
    expect(refused.stderr).not.toContain(githubToken);
  });
});

describe('a change that nobody rehearsed', () => {
  const patterns = ['--migrations', 'db/migrations/**', '**/*.sql'];

  it('fails where it contains migrations, and names them', async () => {
    await using github = await startGithub({ files: ['README.md', 'db/migrations/0024.rb'] });
    expect(await tell(github, 'github', undefined, ...patterns)).toMatchObject({ code: 6 });
    const check = bodyOf<CheckBody>(github, createCheck);
    expect(check.conclusion).toBe('failure');
    expect(check.output.text).toContain('0024.rb');
    await using gitlab = await startGitlab({ files: ['a.sql'] });
    expect(await tell(gitlab, 'gitlab', undefined, ...patterns)).toMatchObject({ code: 6 });
    expect(bodyOf(gitlab, status)).toMatchObject({ state: 'failed', description: 'migrations without a rehearsal' });
  });

  it('is green, and told, where it contains none', async () => {
    await using github = await startGithub({ files: ['README.md'] });
    expect(await tell(github, 'github', undefined, ...patterns)).toMatchObject({ code: 0 });
    expect(bodyOf<CheckBody>(github, createCheck)).toMatchObject({
      conclusion: 'success',
      output: { title: 'no migrations in this change' },
    });
  });

  it('fails where nobody can say: no patterns, or more files than GitHub lists', async () => {
    await using github = await startGithub({ files: ['README.md'] });
    expect(await tell(github, 'github', undefined)).toMatchObject({ code: 6 });
    await using large = await startGithub({ files: Array.from({ length: 3000 }, (_, index) => `docs/${index}.md`) });
    expect(await tell(large, 'github', undefined, ...patterns)).toMatchObject({ code: 6 });
  });

  it('is not taken for rehearsed because of half a report', async () => {
    await using github = await startGithub({ files: ['a.sql'] });
    expect(await tell(github, 'github', { verdict: 'pass' }, ...patterns)).toMatchObject({ code: 6 });
  });
});

it('the excerpt of the description names what it was taken from', async () => {
  const text = await readFile(join(import.meta.dirname, '../../support/forges/github-bodies.json'), 'utf8');
  expect(JSON.parse(text).source).toMatch(/^@octokit\/openapi \d+\.\d+\.\d+/);
});
