// A record of ten thousand entries in a real browser: whole, still, and usable. The gateway is a process of its own, and one partner's
// system is replaced by one that holds so many.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { ready, startApart } from '../support/demo.ts';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { HELD, startLarge } from '../support/large.ts';
import { layoutShift } from '../support/shift.ts';
import { Watch } from '../support/watch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
test.describe.configure({ mode: 'default', timeout: 600_000 });

let stop: () => Promise<void>;
test.beforeAll(async () => {
  const large = await startLarge();
  const stopBoth = await startApart(process.env.SHCR_BUILT!, 'large', (config) => {
    const acute = ready('large').sources.find((source) => source.name === 'acute')!.url;
    expect(config).toContain(`base_url = "${acute}"`);
    return config.replace(`base_url = "${acute}"`, `base_url = "${large.base}"`);
  });
  stop = async () => { await stopBoth(); large.stop(); };
});
test.afterAll(() => stop());

/** The last words of a chapter: how many of how many. */
const ENDS = [
  ['con', /: ([\d,]+) of \1/, HELD.Encounter], ['doc', /: ([\d,]+) of \1/, HELD.DocumentReference],
  ['pro', /: ([\d,]+) of \1/, HELD.Condition], ['res', /: ([\d,]+) of \1/, HELD.Observation],
] as const;

for (const width of WIDTHS) {
  test(`ten thousand entries are whole, still and usable at ${width} px (HAZ-017, HAZ-024, HAZ-032)`, async ({ browser }) => {
    const page = await newPage(browser, width, true);
    const watch = new Watch(page.context(), [ready('large').host_url, ready('large').gateway_url]);
    await openPatient(page, 'TESTPATIENT', 'large');
    const record = await openInWindow(page);
    expect(await layoutShift(record), 'HAZ-032').toBeLessThanOrEqual(0.1);
    for (const [area, said, held] of ENDS) {
      const end = await record.locator(`#s-${area} > .end`).innerText();
      expect(end, area).toMatch(said);
      expect(Number(end.match(said)![1].replaceAll(',', '')), `HAZ-017: ${area}`).toBeGreaterThanOrEqual(held);
    }
    const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);

    const problem = record.locator('#s-pro tbody tr', { hasText: 'Invented problem 1999' }).first();
    await problem.locator('summary').first().click();
    await expect(problem.locator('details').first()).toHaveAttribute('open', '');
    await expect(problem.getByText('Status as sent')).toBeVisible();
    await record.getByLabel('Find in this record').fill('clinic number 2999');
    await expect(record.locator('#found')).toHaveText(/^1 of [\d,]+ entries found/);
    await expect(record.locator('#s-con tr.hit:visible')).toHaveCount(1);
    await record.keyboard.press('Escape');
    await expect(record.locator('#found')).toBeHidden();
    await record.screenshot({ path: `../../artefacts/large-${width}.png` });
    // The parts that are the page's own, and the beginning of each list: axe reads some thousand elements a second.
    const { violations } = await new AxeBuilder({ page: record }).withTags(RULES).exclude('tbody tr:nth-child(n + 30)').analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
    watch.isQuiet();
    await page.context().close();
  });
}
