import { expect, it } from 'vitest';
import { describeWith } from '../support/require.ts';
import { violations } from './axe.ts';
import { desk } from './open-browser.ts';
import { patience, rehearsedLook } from './rehearsed-report.ts';

describeWith('chromium', 'the timeline of a renamed column, rehearsed here', () => {
  const { looking, opened } = rehearsedLook();

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
    const contended = looking().report.runs.find(({ id }) => /^contention-.*books$/.test(id));
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
    const { lag } = looking().report.runs.find(({ id }) => id === 'standby')?.standby ?? {};
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

  it('draws the other session, who waits behind whom, and the WAL', async () => {
    const contended = looking().report.runs.find(({ id }) => /^contention-.*books$/.test(id));
    const ordinal = contended?.fault?.ordinal;
    await using watched = await opened({ viewport: desk }, `#timeline?run=${encodeURIComponent(contended?.id ?? '')}`);
    const { page } = watched;
    const lane = (label: string) => page.locator('.lane', { hasText: label });
    const held = lane('What is done to it: another session').locator('rect.fault');
    const queue = lane(`Queue: traffic waits behind statement ${ordinal} of the migration for public.books`);
    const asked = lane(`Queue: statement ${ordinal} of the migration waits behind the other session for public.books`);
    await queue.locator('path.queue').waitFor();
    expect(await asked.locator('path.queue').count()).toBe(1);
    expect(await lane('WAL written during its statements so far, by traffic too').locator('path.curve').count()).toBe(
      1,
    );
    // The queue is as long as the other session holds its lock, and shown where it does.
    const [hold, wait] = [await held.boundingBox(), await asked.locator('path.queue').boundingBox()];
    expect(Math.abs((hold?.x ?? 0) + (hold?.width ?? 0) - (wait?.x ?? 0) - (wait?.width ?? 0))).toBeLessThan(60);
    await page.getByText('The charts as a table').click();
    const table = page.getByRole('region', { name: 'The charts, step by step' });
    await table.waitFor();
    expect(await table.getByRole('columnheader').allTextContents()).toEqual(
      expect.arrayContaining(['Longest queue', 'WAL']),
    );
    await watched.picture('report-page-queue');
  });

  it('marks the moment at which a command is killed', async () => {
    const killed = looking().report.runs.find(({ fault }) => fault?.kind === 'kill-command');
    await using watched = await opened({ viewport: desk }, `#timeline?run=${encodeURIComponent(killed?.id ?? '')}`);
    const lane = watched.page.locator('.lane', { hasText: 'What is done to it: the command is killed' });
    await lane.locator('rect.fault.moment').waitFor();
    await watched.picture('report-page-killed');
  });

  it('shows another run, beside the quiet one', async () => {
    await using watched = await opened({ viewport: desk }, '#timeline');
    const { page } = watched;
    const run = looking()
      .report.runs.filter(({ load }) => load !== undefined)
      .at(-1);
    await page.getByLabel('Run', { exact: true }).selectOption(run?.id ?? '');
    await page.getByRole('button', { name: 'Beside the quiet run' }).click();
    await page.getByText(/in the quiet run: /).waitFor();
    expect(page.url()).toContain(`run=${run?.id}`);
    await watched.picture('report-page-beside');
  });
});
