// Something looked for in a record: at once with script, by a new opening without; never in an address.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

const NOT_SEARCHED = /Not searched: .*text inside documents\./;

async function isCalm(record: Page, named: string): Promise<void> {
  const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);
  await record.screenshot({ path: `../../artefacts/find-${named}.png` });
}

async function isAccessible(record: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: record }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(violations.map((one) => `${one.id} ${one.nodes[0].target}`)).toEqual([]);
}

for (const width of WIDTHS) {
  test(`with script rows are filtered at once, and Escape shows all again, at ${width} px`, async ({ browser }) => {
    const page = await newPage(browser, width, true);
    const watch = new Watch(page.context());
    await openPatient(page);
    const record = await openInWindow(page);
    const sent = watch.addresses.length;
    await record.getByLabel('Find in this record').fill('apixaban');
    await expect(record.locator('#found')).toHaveText(/^\d+ of \d+ entries found; .*Clear or Escape/);
    await expect(record.locator('#found'), 'HAZ-051').toHaveText(NOT_SEARCHED);
    await expect(record.locator('tr.hit:visible').first()).toBeVisible();
    await expect(record.locator('#s-alg')).toBeHidden();
    await expect(record.locator('#s-row')).toBeVisible();
    for (const row of await record.locator('tr.hit:visible').all()) await expect(row).toContainText(/apixaban/i);
    expect(await record.evaluate(() => CSS.highlights.get('found')!.size)).toBeGreaterThan(0);
    await isCalm(record, `script-${width}`);
    await isAccessible(record);
    expect(watch.addresses.slice(sent).filter((one) => !/\/state$|\/assets\//.test(one)), 'HAZ-049: nothing is sent').toEqual([]);
    await record.keyboard.press('Escape');
    await expect(record.locator('#found')).toBeHidden();
    await expect(record.locator('#s-alg')).toBeVisible();
    expect(await record.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    watch.isQuiet();
    await page.context().close();
  });

  test(`without script a new opening shows what was found, at ${width} px`, async ({ browser }) => {
    const page = await newPage(browser, width, false);
    const watch = new Watch(page.context());
    await openPatient(page);
    const record = await openInWindow(page);
    const before = await record.title();
    await record.getByLabel('Find in this record').fill('apixaban');
    await record.getByRole('button', { name: 'Find', exact: true }).click();
    await expect(record.locator('#complete')).toBeAttached();
    expect(await record.title(), 'an opening of its own').not.toBe(before);
    const found = record.locator('#s-fnd');
    await expect(found.locator('.notice').first(), 'HAZ-051').toHaveText(NOT_SEARCHED);
    await expect(found.locator('mark').first()).toHaveText(/apixaban/i);
    for (const address of watch.addresses) expect(address, 'HAZ-049').not.toMatch(/apixaban/i);
    await isCalm(record, `no-script-${width}`);
    await record.getByRole('link', { name: 'Back to the whole record' }).click();
    await expect(record.locator('#s-alg')).toBeVisible();
    watch.isQuiet();
    await page.context().close();
  });
}
