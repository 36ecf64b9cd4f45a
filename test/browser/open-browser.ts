import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const screenshots = join(import.meta.dirname, 'screenshots');

/** The distribution's Chromium, without its calls home. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** What the page complained about: console errors and warnings, exceptions, refused requests. */
  readonly complaints: readonly string[];
  /** Everything that it asked for, by address. */
  readonly requests: readonly string[];
  /** Kept beside the tests, for people. */
  picture(name: string): Promise<void>;
  /** The same of what the window shows alone; `from`: what is at its top. */
  window(name: string, from?: string): Promise<void>;
}

export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText ?? ''}`));
  page.on('request', (request) => requests.push(request.url()));
  return {
    page,
    complaints,
    requests,
    async picture(name) {
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
    },
    async window(name, from) {
      await mkdir(screenshots, { recursive: true });
      if (from !== undefined) await page.locator(from).evaluate((element) => element.scrollIntoView());
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
