import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reportShell } from '../../shared/edge/adapters/built-pages.ts';
import { render } from '../../shared/report/render.ts';
import { describeWith } from '../support/require.ts';
import { violations } from './axe.ts';
import { hostile, hostileReport } from './hostile-report.ts';
import { pageWidth } from './in-page.mjs';
import { openBrowser, type WatchedPage, watchedPage } from './open-browser.ts';
import { type RehearsedReport, rehearsedReport } from './rehearsed-report.ts';

const phone = { width: 390, height: 844 };
/** A machine that is busy with other things answers late. */
const patience = { timeout: 20_000 };
const desk = { width: 1280, height: 900 };

describeWith('chromium', 'the report page of a renamed column, rehearsed here', () => {
  let browser: Browser;
  let rehearsed: RehearsedReport;
  beforeAll(async () => {
    [browser, rehearsed] = await Promise.all([openBrowser(), rehearsedReport()]);
  });
  afterAll(async () => {
    await browser?.close();
    await rehearsed?.[Symbol.asyncDispose]();
  });

  const opened = async (options: Parameters<typeof watchedPage>[1] = {}, hash = ''): Promise<WatchedPage> => {
    const watched = await watchedPage(browser, options);
    await watched.page.goto(rehearsed.address + hash);
    await watched.page.getByRole('heading', { level: 1 }).waitFor();
    return watched;
  };

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
    expect(await heading.textContent()).toBe(rehearsed.report.sentence);
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
    const remedied = rehearsed.report.findings.find(({ remedy }) => remedy.sql !== undefined);
    const card = page.locator('article', { has: page.getByText('What to do:') }).first();
    for (const part of ['Why it matters:', 'What to do:', 'It has been an outage:']) {
      expect(await card.getByText(part).first().isVisible()).toBe(true);
    }
    const copy = page.getByRole('button', { name: 'Copy: SQL of the remedy' }).first();
    await copy.click();
    await expect.poll(() => copy.textContent(), patience).toBe('Copied');
    expect(remedied).toBeDefined();
    const pasted = (await page.evaluate('navigator.clipboard.readText()')) as string;
    expect(squeezed(rehearsed.report.findings.map(({ remedy }) => remedy.sql ?? '').join('\n'))).toContain(
      squeezed(pasted),
    );
  });

  it('steps through the statements by keyboard, and an address leads back to the same one', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline');
    const { page } = watched;
    await page.getByRole('button', { name: 'Next statement' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.url(), patience).toContain('statement=');
    const shown = await page.locator('.timeline .detail h3').textContent();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.timeline .detail h3').textContent(), patience).not.toBe(shown);
    const after = await page.locator('.timeline .detail h3').textContent();
    await using again = await opened({ viewport: desk }, new URL(page.url()).hash);
    expect(await again.page.locator('.timeline .detail h3').textContent()).toBe(after);
  });

  it('shows the stretch that is drawn over alone, and all of it again', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline');
    const { page } = watched;
    const chart = page.locator('.chart');
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error('no chart');
    const rows = page.getByRole('region', { name: 'Statements in this stretch of time' }).locator('tbody tr');
    const before = await rows.count();
    await page.mouse.move(box.x + 62, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 60);
    await page.mouse.up();
    await expect.poll(() => rows.count(), patience).toBeLessThan(before);
    await page.getByRole('button', { name: 'Next statement' }).focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => rows.count(), patience).toBe(before);
  });

  it('shows a stretch that is typed, in every lane and word, and its address leads back to it', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline');
    const { page } = watched;
    const rows = page.getByRole('region', { name: 'Statements in this stretch of time' }).locator('tbody tr');
    const before = await rows.count();
    const fields = await page.locator('.chart .heat').count();
    await page.getByLabel('From', { exact: true }).fill('-60');
    await page.getByLabel('to', { exact: true }).fill('1');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count(), patience).toBeLessThan(before);
    expect(await page.locator('.chart .heat').count()).toBeLessThan(fields);
    const words = page.locator('.timeline').getByText('From −60 ms to +1 ms: ');
    const said = await words.textContent();
    await using again = await opened({ viewport: desk }, new URL(page.url()).hash);
    await expect
      .poll(() => again.page.locator('.timeline').getByText('From −60 ms to +1 ms: ').textContent(), patience)
      .toBe(said);
  });

  it('tells a statement that waits beside the same one of the quiet run', async () => {
    const contended = rehearsed.report.runs.find(({ id }) => /^contention-.*books$/.test(id));
    await using watched = await opened({ viewport: desk }, `#timeline?run=${encodeURIComponent(contended?.id ?? '')}`);
    const { page } = watched;
    const waits = contended?.migration[0]?.statements.find(({ waitedMs }) => waitedMs > 1000);
    await page.getByRole('heading', { name: new RegExp(`^Statement ${waits?.ordinal} of pre-deploy`) }).waitFor();
    const twin = page.getByRole('region', { name: 'The statement here and in the quiet run' });
    const waited = await twin.getByRole('row', { name: /^of that, waits for a lock/ }).textContent();
    expect(waited).toMatch(/lock1\.\d s0 ms$|lock1\.\d s< 1 ms$/);
    expect(await twin.getByRole('row', { name: /^blocks reads and writes of public\.books/ }).count()).toBe(1);
    const [top, chart] = [await page.locator('.timeline').boundingBox(), await page.locator('.chart').boundingBox()];
    const heightPx = (chart?.y ?? 0) + (chart?.height ?? 0) - (top?.y ?? 0);
    await watched.pictureOf('.timeline', 'readme-timeline', heightPx);
  });

  it('draws how late a standby is and what memory is used, and says the same in a table', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline?run=standby');
    const { page } = watched;
    const { lag } = rehearsed.report.runs.find(({ id }) => id === 'standby')?.standby ?? {};
    expect(lag?.ms.most.length).toBeGreaterThan(0);
    for (const lane of ['Standby: how far it is behind, in time', 'Memory of pre-deploy']) {
      expect(await page.locator('.lane', { hasText: lane }).locator('path.curve').count()).toBe(1);
    }
    await page.getByText('The charts as a table').click();
    const table = page.getByRole('region', { name: 'The charts, step by step' });
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(
      expect.arrayContaining(['Standby behind', 'Memory']),
    );
    expect(await violations(page)).toEqual([]);
    await watched.picture('report-page-standby');
  });

  it('shows another run, beside the quiet one', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline');
    const { page } = watched;
    const run = rehearsed.report.runs.filter(({ load }) => load !== undefined).at(-1);
    await page.getByLabel('Run', { exact: true }).selectOption(run?.id ?? '');
    await page.getByRole('button', { name: 'Beside the quiet run' }).click();
    await page.getByText(/in the quiet run: /).waitFor();
    expect(page.url()).toContain(`run=${run?.id}`);
    await watched.picture('report-page-beside');
  });

  it('shows what was asked of a version that breaks, and what the server refused it', async () => {
    await using watched = await opened({ viewport: desk });
    const { page } = watched;
    const broken = rehearsed.report.compatibility.cells.find(
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
    expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toEqual(rehearsed.report);
  });

  it('is readable without any script', async () => {
    await using watched = await watchedPage(browser, { viewport: desk, javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(rehearsed.address);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(rehearsed.report.sentence);
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
    await page.pdf({ path: join(rehearsed.dir, 'report.pdf'), format: 'A4' });
    const pages = (await readFile(join(rehearsed.dir, 'report.pdf'), 'latin1')).match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeLessThanOrEqual(2);
  });

  it('keeps hostile text inert and in its place', async () => {
    const file = join(rehearsed.dir, 'hostile.html');
    await writeFile(file, render('html', hostileReport(rehearsed.report), reportShell()));
    await using watched = await watchedPage(browser, { viewport: phone });
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
