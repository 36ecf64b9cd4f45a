import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { render } from '../../shared/report/render.ts';
import { finding, redReport } from '../shared/report/reports.ts';
import { describeWith } from '../support/require.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary-directory.ts';
import { focusOutline, pageBackground, pageWidth, weakTexts, xmlRoot } from './in-page.mjs';
import { openBrowser, watchedPage } from './open-browser.ts';

const phone = { width: 390, height: 844 };
const desk = { width: 1280, height: 900 };
const long = `a_relation_name_that_nobody_broke_${'into_parts_'.repeat(12)}`;

describeWith('chromium', 'a report that is opened from disk', () => {
  let browser: Browser;
  let directory: TemporaryDirectory;
  let address: string;
  beforeAll(async () => {
    browser = await openBrowser();
    directory = await temporaryDirectory();
    const report = redReport();
    const findings = [
      ...report.findings,
      finding({
        ordinal: 9,
        title: `${long} waits`,
        summary: long,
        remedy: { text: long, sql: `DROP TABLE ${long};` },
      }),
    ];
    const file = join(directory.path, 'report.html');
    await writeFile(file, render('html', { ...report, findings }));
    address = pathToFileURL(file).href;
  });
  afterAll(async () => {
    await browser.close();
    await directory[Symbol.asyncDispose]();
  });

  it('shows the verdict and its sentence first, in the first screen of a phone', async () => {
    await using watched = await watchedPage(browser, { viewport: phone });
    await watched.page.goto(address);
    const heading = watched.page.getByRole('heading', { level: 1 });
    expect(await heading.textContent()).toMatch(/^Do not deploy pager 2\.0: .* blocked for 2 s at the worst moment\.$/);
    const box = await heading.boundingBox();
    expect(box === null ? Number.POSITIVE_INFINITY : box.y + box.height).toBeLessThan(phone.height);
    expect(await watched.page.locator('main > :first-child > :first-child').textContent()).toBe('Fail');
  });

  it('asks nobody for anything and complains about nothing', async () => {
    await using watched = await watchedPage(browser);
    await watched.page.goto(address, { waitUntil: 'networkidle' });
    expect(watched.requests.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });

  for (const viewport of [phone, desk]) {
    it(`is never wider than ${viewport.width} pixels, with everything unfolded`, async () => {
      await using watched = await watchedPage(browser, { viewport });
      await watched.page.goto(address);
      await watched.page.locator('details').evaluateAll((all) => {
        for (const one of all) one.setAttribute('open', '');
      });
      const width = await watched.page.evaluate(pageWidth);
      expect(width).toBeLessThanOrEqual(viewport.width);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      it(`reads with enough contrast in ${colorScheme} colours at ${viewport.width} pixels`, async () => {
        await using watched = await watchedPage(browser, { viewport, colorScheme });
        await watched.page.goto(address);
        expect(await watched.page.evaluate(weakTexts)).toEqual([]);
        const page = await watched.page.evaluate(pageBackground);
        expect(page).toBe(colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
        await watched.picture(`report-${viewport.width}-${colorScheme}`);
      });
    }
  }

  it('shows where the keyboard is, and scrolls wide tables by keyboard', async () => {
    await using watched = await watchedPage(browser, { viewport: phone });
    await watched.page.goto(address);
    await watched.page.keyboard.press('Tab');
    expect(await watched.page.evaluate(focusOutline)).toBe('3px');
    const region = watched.page.getByRole('region', { name: 'Versions on each state' });
    await region.focus();
    await watched.page.keyboard.press('ArrowRight');
    await expect.poll(() => region.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
  });

  it('prints on paper without cutting what is wide', async () => {
    await using watched = await watchedPage(browser, { viewport: { width: 720, height: 1000 } });
    await watched.page.goto(address);
    await watched.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await watched.page.evaluate(weakTexts)).toEqual([]);
    expect(await watched.page.evaluate(pageWidth)).toBeLessThanOrEqual(720);
    await watched.picture('report-print');
  });

  it('is XML that a browser reads, where CI asks for it', async () => {
    await using watched = await watchedPage(browser);
    const root = await watched.page.evaluate(xmlRoot, render('junit', redReport()));
    expect(root).toBe('testsuites');
  });
});
