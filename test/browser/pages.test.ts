import { afterAll, beforeAll, expect, it } from 'vitest';
import { libraryBundle } from '../support/contract-bundles.ts';
import { describeWith } from '../support/require.ts';
import type { BundleFiles } from '../support/vendor.ts';
import { cutConnections } from './cut-connections.ts';
import { desk, phone } from './open-browser.ts';
import { expectSound, type ServedPages, servedPages } from './served-pages.ts';

const load = { rate: '20/s', duration: '1s', hold: '200ms' };
/** Each test posts bundles of a service of its own, and sees nothing of what the others posted. */
const passes = (service: string) =>
  libraryBundle(
    { service, version: '1.0.0', owners: ['team-library'], load },
    { 'migrations/1.sql': 'CREATE TABLE shelves (id integer PRIMARY KEY);\n' },
  );
const environments = { staging: { snapshot: { sql: ['seed.sql'] } } };
const fails = (service: string) =>
  libraryBundle(
    { service, version: '2.0.0', owners: ['team-library'], load, environments },
    { 'migrations/1.sql': 'ALTER TABLE books ADD CHECK (length(title) < 3);\n' },
  );
/** Every name that a stranger may choose, at its worst; it cannot even be rehearsed. */
const evil = `<img src=x onerror="document.title='owned'">\u202e\u001b[31m${'long_'.repeat(40)}`;
const hostile = libraryBundle(
  { service: `a-${evil}`, version: `3-${evil}`, owners: [evil], environment: `e-${evil}` },
  { 'seed.sql': 'SELECT not_sql FROM;\n', 'migrations/1.sql': 'SELECT 1;\n' },
);

describeWith('chromium', 'the pages of the service', () => {
  let served: ServedPages;
  beforeAll(async () => {
    served = await servedPages();
  });
  afterAll(() => served?.[Symbol.asyncDispose]());

  const rehearsed = async (
    files: BundleFiles,
    branch: string,
    asked: { environment?: string } = {},
  ): Promise<string> => {
    const id = await served.post(files, { branch, commit: 'ffee0011', ...asked });
    await served.untilOver(id);
    return id;
  };

  it('asks a first visitor for a token, and shows three ways to begin', async () => {
    await using watched = await served.signedIn({ viewport: phone }, 'nobody-has-this-token');
    const { page, complaints } = watched;
    await page.context().clearCookies();
    await page.goto(`${served.service.address}/board`);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await page.getByLabel('Token').waitFor();
    await expectSound(watched, served.service.address);
    await watched.picture('sign-in-390-light');
    await page.getByLabel('Token').fill('not-a-token-of-this-service');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await watched.picture('sign-in-refused-390-light');
    await page.getByLabel('Token').fill(served.service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'What may go out' }).waitFor();
    // What a page has asked for is cut off, and complained of, where one leaves before the answer.
    await page.waitForLoadState('networkidle');
    await page.goto(served.service.address);
    const headings = page.getByRole('heading', { level: 2 });
    await expect
      .poll(() => headings.allTextContents())
      .toEqual([expect.stringContaining('Nothing was rehearsed here yet'), 'From a checkout', 'With curl', 'In CI']);
    await expectSound(watched, served.service.address);
    await watched.picture('first-run-390-light');
    expect(complaints).toEqual([]);
  });

  it('follows a rehearsal from its plan to its report, without loss over a cut connection', async () => {
    await using way = await cutConnections(served.service.address);
    await using watched = await served.signedIn({ viewport: desk }, served.service.token, way.address);
    const { page } = watched;
    const green = await served.post(passes('followed'), { branch: 'main', commit: '0a1b2c3d4e5f' });
    await page.goto(`${way.address}/rehearsals/${green}`);
    await page.locator('[data-run]').first().waitFor();
    await page.getByText('running').first().waitFor();
    expect(await page.getByRole('button', { name: 'Cancel' }).isVisible()).toBe(true);
    expect(watched.complaints).toEqual([]);
    way.cut();
    await page.getByText('The connection was cut').waitFor();
    await watched.picture('live-cut-1280-light');
    await page.getByText('The connection was cut').waitFor({ state: 'detached' });
    await page.locator('[data-run]', { hasText: 'completed' }).first().waitFor();
    const runs = await page.locator('[data-run]').evaluateAll((all) => all.map((one) => one.getAttribute('data-run')));
    const progress = (await (await served.call(`/v1/rehearsals/${green}/progress`)).json()) as Progress;
    expect(runs.toSorted()).toEqual(expect.arrayContaining(progress.runs.filter(isEnded).map(({ id }) => id)));
    expect(new Set(runs).size).toBe(runs.length);
    await watched.picture('live-1280-light');
    await page.locator('nav.around').waitFor({ timeout: 240_000 });
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(page.url()).toBe(`${way.address}/rehearsals/${green}`);
  });

  it('compares a branch with main, and keeps its red beside a later green', async () => {
    await rehearsed(passes('twofold'), 'main');
    await rehearsed(fails('twofold'), 'topic/checks');
    await using watched = await served.signedIn({ viewport: desk });
    const { page } = watched;
    await page.goto(`${served.service.address}/?service=twofold&branch=topic%2Fchecks`);
    await page.getByRole('list', { name: 'Rehearsals' }).waitFor();
    expect(await page.getByRole('list', { name: 'Rehearsals' }).getByRole('listitem').count()).toBe(1);
    const verdicts = page.getByRole('region', { name: 'Verdicts over time' }).getByRole('listitem');
    await expect.poll(() => verdicts.count()).toBe(2);
    await page.getByRole('link', { name: /^compare/ }).click();
    const main = page.locator('article', { hasText: 'Against main' });
    // On a machine that is too busy for its timing to be evidence, main came to no verdict.
    await main.getByText(/The verdict was (pass|inconclusive) there and is fail here/).waitFor();
    expect(await main.getByRole('heading', { name: /^New: [1-9]/ }).count()).toBe(1);
  });

  it('reads well in both widths and colours, hostile names and all', async () => {
    await rehearsed(passes('library'), 'main');
    const red = await rehearsed(fails('library'), 'topic/checks');
    const broken = await rehearsed(hostile, evil.replace(/\p{Cc}/gu, '').slice(0, 200));
    const looks = [phone, desk].flatMap((viewport) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ viewport, colorScheme })),
    );
    for (const { viewport, colorScheme } of looks) {
      await using watched = await served.signedIn({ viewport, colorScheme, timezoneId: 'Europe/Berlin' });
      const { page } = watched;
      for (const [name, path] of [
        ['list', '/'],
        ['trend', '/?service=library'],
        ['comparison', `/rehearsals/${red}/comparison`],
        ['board', '/board'],
        ['board-of-one', '/board?service=library'],
        ['snapshots', '/snapshots'],
        ['workers', '/workers'],
        ['start', '/start'],
        ['ended', `/rehearsals/${broken}`],
      ] as const) {
        await page.goto(served.service.address + path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await expect.poll(() => page.getByText('Loading …').count()).toBe(0);
        await watched.picture(`${name}-${viewport.width}-${colorScheme}`);
        await expectSound(watched, served.service.address);
        expect(await page.title()).toMatch(/ · Rehearsal$/);
      }
      expect(await page.getByRole('main').textContent()).not.toContain('\u202e');
    }
    await using watched = await served.signedIn({ viewport: { width: 1120, height: 450 } });
    await watched.page.goto(`${served.service.address}/board?service=library`);
    const blocked = watched.page.locator('article', { hasText: '2.0.0' });
    await blocked.getByText('Blocked', { exact: true }).waitFor();
    await watched.pictureOf('body', 'readme-board', 450);
  });

  const tokenWith = async (...scopes: readonly string[]) => {
    const body = JSON.stringify({ name: `only ${scopes.join(' and ')}`, scopes });
    const headers = { 'content-type': 'application/json' };
    const response = await served.call('/v1/tokens', { method: 'POST', headers, body });
    return ((await response.json()) as { readonly token: string }).token;
  };

  it('lets whoever has the scope waive a finding and let a version out into one environment, by keyboard', async () => {
    for (const environment of ['production', 'staging']) await rehearsed(fails('archive'), 'main', { environment });
    await using watched = await served.signedIn({ viewport: desk }, await tokenWith('read', 'waive'));
    const { page } = watched;
    const gate = async (environment = 'production') =>
      (await served.call(`/v1/gate?service=archive&version=2.0.0&environment=${environment}`)).status;
    await page.goto(`${served.service.address}/board?service=archive`);
    const place = page.getByRole('region', { name: 'archive in production' });
    const elsewhere = page.getByRole('region', { name: 'archive in staging' });
    for (const own of [place, elsewhere]) await own.getByText('Blocked', { exact: true }).waitFor();
    expect(await gate()).toBe(412);
    await place.getByRole('button', { name: /^Waive a finding … 2\.0\.0/ }).focus();
    await page.keyboard.press('Enter');
    const waive = page.getByRole('dialog', { name: /^Waive a finding of/ });
    const finding = (await waive.getByLabel('Finding').locator('option').first().textContent()) ?? '';
    await waive.getByRole('button', { name: 'Waive it' }).press('Enter');
    // Without a reason nothing is sent: the dialog stays, and says where it wants one.
    expect(await waive.getByLabel('Why').evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    await waive.getByLabel('Why').fill(`books are short here ${evil}`);
    await expectSound(watched, served.service.address);
    await watched.picture('waive-1280-light');
    await waive.getByRole('button', { name: 'Waive it' }).press('Enter');
    const accepted = place.getByRole('region', { name: 'Waivers and overrides' });
    await accepted.getByText(`waiver: ${finding.slice(0, finding.indexOf(':'))}`).waitFor();

    await place.getByRole('button', { name: /^Let it out anyway … 2\.0\.0/ }).focus();
    await page.keyboard.press('Enter');
    const override = page.getByRole('dialog', { name: /^Let out/ });
    await override.getByLabel('Why').fill(`hot fix ${evil}`);
    await expectSound(watched, served.service.address);
    await watched.picture('override-1280-light');
    await override.getByRole('button', { name: 'Let it out', exact: true }).press('Enter');
    await place.locator('article', { hasText: '2.0.0' }).getByText('May go out').waitFor();
    expect(await accepted.getByText('in force for').count()).toBe(2);
    expect([await gate(), await gate('staging')]).toEqual([200, 412]);
    expect(await elsewhere.getByText('Blocked', { exact: true }).count()).toBe(1);
    expect(await elsewhere.getByText('in force for').count()).toBe(0);
    await page.reload();
    await accepted.getByText('in force for').first().waitFor();
    await watched.picture('board-overridden-1280-light');
    await expectSound(watched, served.service.address);
  });

  it('offers nothing that the token may not do, and says why where it may not read', async () => {
    await rehearsed(fails('observed'), 'main');
    await using reader = await served.signedIn({ viewport: desk }, await tokenWith('read'));
    await reader.page.goto(`${served.service.address}/board`);
    await reader.page.getByRole('heading', { name: /^observed in production/ }).waitFor();
    expect(await reader.page.getByRole('button', { name: /Waive|Let it out/ }).count()).toBe(0);
    await reader.page.getByRole('button', { name: 'Sign out' }).click();
    await reader.page.getByLabel('Token').waitFor();
    expect(await reader.page.context().cookies()).toEqual([]);
    await using other = await served.signedIn({ viewport: phone }, await tokenWith('gate'));
    await other.page.goto(`${served.service.address}/board`);
    await other.page.getByRole('heading', { name: 'Your token may not do that' }).waitFor();
    await other.picture('forbidden-390-light');
  });

  it('tells in plain words what is not there', async () => {
    await using watched = await served.signedIn({ viewport: phone, colorScheme: 'dark' });
    const { page } = watched;
    const answer = await page.goto(`${served.service.address}/nowhere`);
    expect(answer?.status()).toBe(404);
    await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await watched.picture('not-found-390-dark');
    await page.goto(`${served.service.address}/rehearsals/rh-0000000000000000`);
    await page.getByText('There is no rehearsal rh-0000000000000000').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).hash).toBe('#main');
  });
});

interface Progress {
  readonly runs: readonly { readonly id: string; readonly outcome: string | null }[];
}

const isEnded = ({ outcome }: Progress['runs'][number]): boolean => outcome !== null;
