// Light and dark: the system's wish, or the reader's on this page; contrast by axe; paper and forced colours as they were.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PDF = 'Strength and balance programme: letter to GP';

async function isClean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).exclude('iframe').analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.slice(0, 5).map((node) => `${node.target} ${node.html.slice(0, 120)}`)}`)).toEqual([]);
}

/** How light the page is: 0 to 255. */
const light = (page: Page) => page.evaluate(() => Number(getComputedStyle(document.body).backgroundColor.match(/\d+/)![0]));

for (const [place, script] of [true, false].entries()) {
  test(`System, Light and Dark at ${WIDTHS[place]} px, script ${script ? 'on' : 'off'} (HAZ-052)`, async ({ browser }) => {
    test.slow(); // It looks at two whole pages with axe.
    const host = await newPage(browser, WIDTHS[place]!, script);
    await openPatient(host);
    const page = await openInWindow(host);
    expect(await light(page)).toBe(255);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await light(page), 'the system asks for dark').toBeLessThan(64);
    if (script) await isClean(page);
    await page.getByRole('radio', { name: 'Light', exact: true }).check();
    expect(await light(page)).toBe(255);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('radio', { name: 'Dark', exact: true }).check();
    expect(await light(page)).toBeLessThan(64);
    await page.emulateMedia({ media: 'print' });
    expect(await light(page), 'paper stays white').toBe(255);
    await page.emulateMedia({ media: 'screen' });
    if (script) expect(await page.evaluate(() => localStorage.length + sessionStorage.length), 'nothing kept').toBe(0);

    await page.locator('#s-doc').getByRole('button', { name: `Open: ${PDF}, ` }).locator('visible=true').first().click();
    await expect(page.getByRole('heading', { level: 1, name: PDF })).toBeVisible();
    // The browser's own reader of the PDF begins beside it, and a click in that moment may be lost.
    await expect(() => page.getByRole('radio', { name: 'Dark', exact: true }).check()).toPass();
    expect(await light(page)).toBeLessThan(64);
    if (script) await isClean(page);
    // A link that was pressed and has the pointer on it has both styles.
    const pressed = page.getByRole('link', { name: 'Show its text' });
    await pressed.click();
    const colours = await pressed.evaluate((one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]);
    expect(colours, 'ink on yellow').toEqual(['rgb(33, 43, 50)', 'rgb(255, 235, 59)']);
    await host.context().close();
  });
}

test('forced colours are the reader’s own, whatever is chosen (HAZ-052)', async ({ browser }) => {
  const host = await newPage(browser, 1280, true);
  await openPatient(host);
  const page = await openInWindow(host);
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'light' });
  const before = await light(page);
  await page.getByRole('radio', { name: 'Dark', exact: true }).check();
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await light(page)).toBe(before);
  expect(scheme, 'dark is not asked for').not.toBe('dark');
  await host.context().close();
});
