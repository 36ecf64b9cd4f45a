import { expect, it } from 'vitest';
import { type Service, serve } from '../../services/serve.ts';
import { packBundle } from '../../workers/cli/pack-bundle.ts';
import { describeWith } from '../support/require.ts';
import { completedBundle, temporaryDirectory } from '../support/vendor.ts';
import { openBrowser, watchedPage } from './open-browser.ts';

async function submit(service: Service, dir: string): Promise<string> {
  const { open, type } = await packBundle(dir);
  const response = await fetch(`${service.address}/v1/rehearsals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.token}`, 'content-type': type },
    body: open(),
    duplex: 'half',
  });
  expect(response.status).toBe(202);
  return ((await response.json()) as { readonly id: string }).id;
}

describeWith('chromium', 'the service in a browser', () => {
  it('asks who is there, shows a rehearsal while it runs, and its report when it is done', async () => {
    await using data = await temporaryDirectory();
    await using bundle = await completedBundle('test/boring/comments-only');
    await using service = await serve({
      dataRoot: data.dir,
      env: { PATH: process.env.PATH, PORT: '0', REHEARSAL_HOST: 'process', LOG_LEVEL: 'fatal' },
    });
    await using browser = await disposable(openBrowser());
    await using watched = await watchedPage(browser.value, { viewport: { width: 1280, height: 900 } });
    const { page } = watched;

    const id = await submit(service, bundle.dir);
    await page.goto(`${service.address}/rehearsals/${id}`);
    await page.getByLabel('Token').fill(service.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('notes comments-only');
    await page.locator('[data-run]').first().waitFor();
    await watched.picture('service-running');

    const verdict = page.locator('header.verdict');
    await verdict.waitFor({ timeout: 240_000 });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('notes comments-only');
    await page.getByRole('heading', { name: 'Versions on each state' }).waitFor();
    await watched.picture('service-report');

    await page.goto(service.address);
    await page.getByRole('link', { name: 'notes comments-only', exact: true }).click();
    await verdict.waitFor();
    expect(watched.requests.filter((url) => !url.startsWith(service.address) && !url.startsWith('data:'))).toEqual([]);
    expect(watched.complaints).toEqual([]);
  });
});

async function disposable<T extends { close(): Promise<void> }>(opening: Promise<T>) {
  const value = await opening;
  return { value, [Symbol.asyncDispose]: () => value.close() };
}
