import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { checkout } from '../support/cli.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { describeWith } from '../support/require.ts';
import { freePort } from '../support/service.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { writtenBundle } from '../support/vendor.ts';
import { openBrowser, watchedPage } from './open-browser.ts';

const token = 'test-token-of-the-team-0123456789';

describeWith('compose', 'docker-compose.yml, with images that this machine has built', () => {
  it('rehearses a posted archive although a worker of two is killed over it, shows its report, and leaves nothing', async () => {
    await using data = await temporaryDirectory();
    // Long enough to be killed in the middle, and red whoever performs it.
    const migration = 'SELECT pg_sleep(5);\nALTER TABLE books ADD CHECK (length(title) < 3);\n';
    await using bundle = await writtenBundle(libraryBundle({}, { 'migrations/1.sql': migration }));
    const archive = execFileSync('tar', ['-cz', '-C', bundle.dir, '.']);
    const project = `rehearsal-test-${randomBytes(4).toString('hex')}`;
    {
      await using team = await up(project, data);
      const posted = await team.call('/v1/rehearsals', {
        method: 'POST',
        headers: { 'content-type': 'application/gzip' },
        body: new Uint8Array(archive),
      });
      expect(posted.status).toBe(202);
      const { id } = (await posted.json()) as { readonly id: string };
      const clones = ['ps', '-a', '--filter', `label=rehearsal=${id}`];
      let doomed: string | undefined;
      await expect
        .poll(async () => {
          doomed = await workerWith(team, id);
          return doomed;
        }, patience)
        .toBeDefined();
      await expect.poll(() => listed(clones), patience).not.toEqual([]);
      execFileSync('docker', ['kill', doomed ?? ''], { stdio: 'pipe' });
      // The stream ends with the rehearsal.
      const events = await (await team.call(`/v1/rehearsals/${id}/events`)).text();
      expect(events).toContain('judged');
      const one = (await (await team.call(`/v1/rehearsals/${id}`)).json()) as { readonly verdict: string };
      expect(one.verdict).toBe('fail');
      expect(listed(['ps', '--filter', `id=${doomed}`])).toEqual([]);
      // Nobody is started again: whoever lives removes what the dead one had made.
      await expect.poll(() => listed(clones), patience).toEqual([]);
      await expect.poll(() => selfChecks(team), patience).toEqual(['ok']);
      const gate = await team.call('/v1/gate?service=library&version=2.0.0');
      expect(gate.status).toBe(412);
      await readInBrowser(await (await team.call(`/v1/rehearsals/${id}/report.html`)).text());
      expect(named(project, 'ps', '-a')).not.toEqual([]);
    }
    expect(named(project, 'ps', '-a')).toEqual([]);
    expect(named(project, 'network', 'ls')).toEqual([]);
    expect(named(project, 'volume', 'ls')).toEqual([]);
  });
});

const patience = { timeout: 90_000 };

interface Worker {
  /** It begins with the id of its container. */
  readonly id: string;
  readonly alive: boolean;
  readonly inHand: readonly { readonly rehearsal: string }[];
  readonly selfCheck: { readonly state: string };
}

async function workersOf(team: Team): Promise<readonly Worker[]> {
  return ((await (await team.call('/v1/workers')).json()) as { readonly items: readonly Worker[] }).items;
}

const selfChecks = async (team: Team) =>
  (await workersOf(team)).filter(({ alive }) => alive).map(({ selfCheck }) => selfCheck.state);

/** The container that has a run of it in hand. */
async function workerWith(team: Team, rehearsal: string): Promise<string | undefined> {
  const workers = await workersOf(team);
  return workers.find(({ inHand }) => inHand.some((one) => one.rehearsal === rehearsal))?.id.split('-')[0];
}

interface Team extends AsyncDisposable {
  call(path: string, init?: RequestInit): Promise<Response>;
}

async function up(project: string, data: TemporaryDirectory): Promise<Team> {
  const port = await freePort();
  const env = {
    ...process.env,
    POSTGRES_IMAGE: 'rehearsal/postgres:17',
    REDIS_IMAGE: 'rehearsal/redis',
    NODE_IMAGE: 'rehearsal/node:24',
    REHEARSAL_DATA: data.path,
    REHEARSAL_TOKEN: token,
    PORT: String(port),
  };
  const compose = (...args: readonly string[]) =>
    execFileSync('docker-compose', ['-p', project, ...args], { cwd: checkout, env, stdio: 'pipe', timeout: 240_000 });
  const down = () => void compose('down', '-v', '--remove-orphans');
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
  try {
    compose('up', '-d', '--scale', 'worker=2');
    await expect.poll(() => call('/readyz').then(({ status }) => status, String), patience).toBe(200);
  } catch (error) {
    process.stderr.write(compose('logs', '--tail=40'));
    down();
    throw error;
  }
  return { call, [Symbol.asyncDispose]: async () => down() };
}

/** What of this project is there. */
const named = (project: string, ...list: readonly string[]): readonly string[] =>
  listed([...list, '--filter', `label=com.docker.compose.project=${project}`]);

const listed = (list: readonly string[]): readonly string[] =>
  execFileSync('docker', [...list, '-q'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

async function readInBrowser(html: string): Promise<void> {
  const browser = await openBrowser();
  try {
    await using watched = await watchedPage(browser);
    await watched.page.setContent(html);
    const heading = watched.page.getByRole('heading', { level: 1 });
    expect(await heading.textContent()).toMatch(/^Do not deploy library 2\.0\.0: /);
    await watched.picture('team-deployment');
  } finally {
    await browser.close();
  }
}
