// What is new since somebody last looked: said of a first visit, counted from the second, another period without script.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

for (const width of WIDTHS) {
  for (const script of [true, false]) {
    // shows: R60
    test(`another period is chosen, and said in words, at ${width} px with script ${script ? 'on' : 'off'}`, async ({ browser }) => {
      const page = await newPage(browser, width, script);
      const watch = new Watch(page.context());
      await openPatient(page);
      const record = await openInWindow(page);
      const news = record.locator('#s-new');
      await news.getByRole('radio', { name: /3 months/ }).check();
      await expect(news.getByText(/^All \d+ entries in the last 3 months are shown\.$/)).toBeVisible();
      const all = await news.locator('tr.fresh:visible').count();
      await news.getByRole('radio', { name: /72 hours/ }).check();
      await expect(news.locator('.p-h')).toBeVisible();
      await expect(news.locator('.p-m')).toBeHidden();
      expect(await news.locator('tr.fresh:visible').count()).toBeLessThan(all);
      for (const row of await news.locator('tr.fresh:visible').all()) {
        await expect(row).toContainText(/(received|recorded|dated) .*\d{2}-[A-Z][a-z]{2}-\d{4}/);
      }
      const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);
      await news.screenshot({ path: `../../artefacts/news-${width}-script-${script ? 'on' : 'off'}.png` });
      watch.isQuiet();
      await page.context().close();
    });
  }
}

test('the second visit says when the first was, and opening again within it does not move that', async ({ browser }) => {
  // Somebody whom no other test opens.
  const family = 'UNSHARED';
  const look = async () => {
    const page = await newPage(browser, 1280, true);
    await openPatient(page, family);
    return openInWindow(page);
  };
  const first = await look();
  await expect(first.locator('#s-new').getByText('First time you open this record: last 14 days.')).toBeVisible();
  await first.context().close();
  const record = await look();
  const news = record.locator('#s-new');
  await expect(news.getByRole('radio').first()).toBeChecked();
  const said = await news.locator('.count').textContent();
  expect(said).toMatch(/since you last looked \(\d{2}-[A-Z][a-z]{2}-\d{4} \d{2}:\d{2}\)$/);
  await expect(record.locator('nav a[href="#new"]')).toHaveText(/^What’s new \(\d+\)$/);
  await record.reload();
  await expect(record.locator('#complete')).toBeAttached();
  expect(await news.locator('.count').textContent(), 'the same look, not the one before the reload').toBe(said);
  const { violations } = await new AxeBuilder({ page: record }).include('#s-new').analyze();
  expect(violations.map((one) => one.id)).toEqual([]);
  await record.context().close();
});
