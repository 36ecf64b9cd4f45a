import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { render } from '../../shared/report/render.ts';
import { describeWith } from '../support/require.ts';
import { violations } from './axe.ts';
import { hostile, hostileReport } from './hostile-report.ts';
import { pageWidth } from './in-page.mjs';
import { desk, phone, watchedPage } from './open-browser.ts';
import { patience, rehearsedLook } from './rehearsed-report.ts';

describeWith('chromium', 'the report page of a renamed column, rehearsed here', () => {
  const { looking, opened } = rehearsedLook();

  for (const [width, viewport] of [
    ['narrow', phone],
    ['wide', desk],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`is accessible, quiet and no wider than its window: ${width}, ${colorScheme}`, async () => {
        await using watched = await opened({ viewport, colorScheme });
        const { page } = watched;
        await unfold(page);
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate(pageWidth)).toBeLessThanOrEqual(viewport.width);
        expect(watched.complaints).toEqual([]);
        expect(watched.requests.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
        await watched.picture(`report-page-${width}-${colorScheme}`);
      });
    }
  }

  it('says the verdict in the first screen of a phone, and each fact of it leads to its evidence', async () => {
    await using watched = await opened({ viewport: phone });
    const { page } = watched;
    const heading = page.getByRole('heading', { level: 1 });
    expect(await heading.textContent()).toBe(looking().report.sentence);
    const box = await heading.boundingBox();
    expect(box === null ? Number.POSITIVE_INFINITY : box.y + box.height).toBeLessThan(phone.height);
    const links = await heading.getByRole('link').all();
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const link of links) {
      const target = ((await link.getAttribute('href')) ?? '').replace(/\?.*$/, '');
      expect(await page.locator(target).count()).toBe(1);
    }
    await heading.getByRole('link', { name: /blocked for/ }).click();
    await expect.poll(() => inView(page, '#timeline'), patience).toBe(true);
  });

  it('shows the verdict, its figures and what would happen in the first screen of a desk', async () => {
    await using watched = await opened({ viewport: desk });
    await watched.pictureOf('#main', 'readme-verdict', 620);
    for (const id of ['main', 'story-title']) expect(await inWindow(watched.page, `#${id}`), id).toBe(true);
  });

  it('tells what, where, why and what to do of each finding, and copies the remedy', async () => {
    await using watched = await opened({ viewport: desk, permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = watched;
    const remedied = looking().report.findings.find(({ remedy }) => remedy.sql !== undefined);
    const card = page.locator('article', { has: page.getByText('What to do:') }).first();
    for (const part of ['Why it matters:', 'What to do:', 'It has been an outage:']) {
      expect(await card.getByText(part).first().isVisible()).toBe(true);
    }
    const copy = page.getByRole('button', { name: 'Copy: SQL of the remedy' }).first();
    await copy.click();
    await expect.poll(() => copy.textContent(), patience).toBe('Copied');
    expect(remedied).toBeDefined();
    const pasted = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(
      squeezed(
        looking()
          .report.findings.map(({ remedy }) => remedy.sql ?? '')
          .join('\n'),
      ),
    ).toContain(squeezed(pasted));
  });

  it('shows what was asked of a version that breaks, and what the server refused it', async () => {
    await using watched = await opened({ viewport: desk });
    const { page } = watched;
    const broken = looking().report.compatibility.cells.find(
      ({ outcome, sqlErrors }) => outcome === 'fail' && sqlErrors.length > 0,
    );
    expect(broken).toBeDefined();
    await page
      .getByRole('button', { name: /^breaks/ })
      .first()
      .click();
    await page.locator('#versions .detail').waitFor();
    expect(await page.locator('#versions .detail').textContent()).toContain(broken?.sqlErrors[0]?.sqlstate);
    await watched.picture('report-page-cell');
  });

  it('gives report.json as it was written', async () => {
    await using watched = await opened({ viewport: desk, acceptDownloads: true });
    const { page } = watched;
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'report.json' }).click(),
    ]);
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(looking().report);
  });

  it('is readable without any script', async () => {
    await using watched = await watchedPage(looking().browser, { viewport: desk, javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(looking().address);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(looking().report.sentence);
    expect(await page.getByRole('heading', { name: 'Versions on each state' }).isVisible()).toBe(true);
  });

  it('prints what matters', async () => {
    await using watched = await opened({ viewport: { width: 733, height: 1062 }, colorScheme: 'dark' });
    const { page } = watched;
    await page.emulateMedia({ media: 'print' });
    for (const left of ['.contents', '#story', '#timeline', '#recovery', '#downloads']) {
      expect(await page.locator(left).isVisible(), left).toBe(false);
    }
    for (const kept of ['Findings', 'Versions on each state', 'Not tested']) {
      expect(await page.getByRole('heading', { name: kept, exact: true }).isVisible(), kept).toBe(true);
    }
    expect(await page.getByText('What to do:').first().isVisible()).toBe(true);
    expect(await page.evaluate(pageWidth)).toBeLessThanOrEqual(733);
    await watched.picture('report-page-print');
    await page.pdf({ path: join(looking().dir, 'report.pdf'), format: 'A4' });
    const pages = (await readFile(join(looking().dir, 'report.pdf'), 'latin1')).match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeLessThanOrEqual(2);
  });

  it('keeps hostile text inert and in its place', async () => {
    const file = join(looking().dir, 'hostile.html');
    await writeFile(file, render('html', hostileReport(looking().report), reportShell()));
    await using watched = await watchedPage(looking().browser, { viewport: phone });
    const { page } = watched;
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await unfold(page);
    expect(await page.evaluate('typeof globalThis.pwned')).toBe('undefined');
    expect(await page.evaluate(pageWidth)).toBeLessThanOrEqual(phone.width);
    const text = (await page.locator('#root').textContent()) ?? '';
    expect(text).toContain(hostile.markup);
    for (const sign of hostile.signs) expect(text).not.toContain(sign);
    expect(await violations(page)).toEqual([]);
    expect(watched.complaints).toEqual([]);
    expect(watched.requests.filter((url) => !/^(file|data|blob):/.test(url))).toEqual([]);
    await watched.picture('report-page-hostile');
  });
});

const squeezed = (sql: string): string => sql.replace(/\s+/g, ' ').trim();

async function unfold(page: Page): Promise<void> {
  await page.locator('#root details').evaluateAll((all) => {
    for (const one of all) one.setAttribute('open', '');
  });
}

const inWindow = (page: Page, selector: string): Promise<boolean> =>
  page.locator(selector).evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    return top >= 0 && top < element.ownerDocument.documentElement.clientHeight;
  });

const inView = (page: Page, selector: string): Promise<boolean> =>
  page.locator(selector).evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    return top >= -2 && top < 400;
  });
