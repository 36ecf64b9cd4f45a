import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expect } from 'vitest';
import { type Service, serve } from '../../services/serve.ts';
import { packBundle } from '../../workers/cli/pack-bundle.ts';
import { type BundleFiles, type Directory, temporaryDirectory, writtenBundle } from '../support/vendor.ts';
import { violations } from './axe.ts';
import { pageWidth } from './in-page.mjs';
import { openBrowser, type WatchedPage, watchedPage } from './open-browser.ts';

export interface ServedPages extends AsyncDisposable {
  readonly service: Service;
  readonly browser: Browser;
  call(path: string, init?: RequestInit): Promise<Response>;
  post(files: BundleFiles, source: Readonly<Record<string, string>>): Promise<string>;
  untilOver(id: string): Promise<void>;
  /** A page of somebody who is signed in: the admin, or whoever has the token. */
  signedIn(options?: BrowserContextOptions, token?: string, address?: string): Promise<WatchedPage>;
}

/** The real service with its worker and an own data root, and a browser to look at it. */
export async function servedPages(): Promise<ServedPages> {
  await using stack = new AsyncDisposableStack();
  const data: Directory = stack.use(await temporaryDirectory());
  const env = { PATH: process.env.PATH, PORT: '0', REHEARSAL_HOST: 'process', LOG_LEVEL: 'fatal' };
  const service = stack.use(await serve({ dataRoot: data.dir, env }));
  const browser = await openBrowser();
  stack.defer(() => browser.close());
  const call = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, service.address), {
      ...init,
      headers: { authorization: `Bearer ${service.token}`, ...init.headers },
    });
  const owned = stack.move();
  return {
    service,
    browser,
    call,
    post: async (files, source) => {
      await using bundle = await writtenBundle(files);
      const { open, type } = await packBundle(bundle.dir);
      const init = { method: 'POST', headers: { 'content-type': type }, body: open(), duplex: 'half' } as RequestInit;
      const response = await call(`/v1/rehearsals?${new URLSearchParams(source)}`, init);
      expect(response.status).toBe(202);
      return ((await response.json()) as { readonly id: string }).id;
    },
    // The stream ends with the rehearsal.
    untilOver: async (id) => void (await (await call(`/v1/rehearsals/${id}/events`)).text()),
    signedIn: async (options, token = service.token, address = service.address) => {
      const watched = await watchedPage(browser, options);
      // A worker may have to wait for its turn on the machine before it plans anything.
      watched.page.setDefaultTimeout(120_000);
      const cookie = { name: 'rehearsal_token', value: token, sameSite: 'Strict' as const, httpOnly: true };
      await watched.page.context().addCookies([{ ...cookie, url: address }]);
      return watched;
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** What holds for every page, in any colours and width. */
export async function expectSound({ page, complaints, requests }: WatchedPage, own: string): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(pageWidth)).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
  expect(requests.filter((url) => !url.startsWith(own) && !url.startsWith('data:'))).toEqual([]);
  expect(complaints).toEqual([]);
}
