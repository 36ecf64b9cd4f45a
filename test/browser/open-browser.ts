import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const phone = { width: 390, height: 844 };
export const desk = { width: 1280, height: 900 };

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
  /** The same of one part of the page alone, from its top down to so many pixels. */
  pictureOf(part: string, name: string, heightPx: number): Promise<void>;
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
    async pictureOf(part, name, heightPx) {
      await mkdir(screenshots, { recursive: true });
      const box = await page.locator(part).boundingBox();
      if (box === null) throw new Error(`${part} is not to be seen`);
      // Its place in the window is not its place in the page.
      const { x, y } = (await page.evaluate('({ x: scrollX, y: scrollY })')) as { x: number; y: number };
      const clip = { x: box.x + x, y: box.y + y, width: box.width, height: Math.min(box.height, heightPx) };
      await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true, clip });
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
