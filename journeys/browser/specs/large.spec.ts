// A record of more than a thousand entries of one source in a real browser: whole, still, and usable. The gateway is a process of its own, and one partner's
// system is replaced by one that holds so many.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { ready, startApart } from '../support/demo.ts';
import { newPage, openPatient, WIDTHS } from '../support/host.ts';
import { HELD, startLarge } from '../support/large.ts';
import { layoutShift } from '../support/shift.ts';
import { Watch } from '../support/watch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
test.describe.configure({ mode: 'default', timeout: 300_000 });

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

/** The record with every answer in its own place: on a busy machine it is opened again. */
async function inTime(page: Page): Promise<Page> {
  for (let tries = 0; ; tries += 1) {
    const opening = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Open in new window' }).click();
    const record = await opening;
    await expect(record.locator('#complete')).toBeAttached({ timeout: 120_000 });
    const all = (await record.locator('#complete').innerText()).includes('All 11 sources answered');
    if (tries === 8 || (all && await record.locator('section.late').count() === 0)) return record;
    await record.close();
  }
}

/** The last words of a chapter: how many of how many. */
const ENDS = [
  ['con', /: ([\d,]+) of \1/, HELD.Encounter], ['doc', /: ([\d,]+) of \1/, HELD.DocumentReference],
  ['pro', /: ([\d,]+) of \1/, HELD.Condition], ['res', /: ([\d,]+) of \1/, HELD.Observation],
] as const;

test('more than a thousand entries of one source are whole, still and usable in a wide window and a narrow one (HAZ-017, HAZ-024, HAZ-032)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const watch = new Watch(page.context(), [ready('large').host_url, ready('large').gateway_url]);
  await openPatient(page, 'TESTPATIENT', 'large');
  const record = await inTime(page);
  await expect(record.locator('#complete')).toContainText('All 11 sources answered');
  expect(await layoutShift(record), 'HAZ-032').toBeLessThanOrEqual(0.1);
  for (const [area, said, held] of ENDS) {
    const end = await record.locator(`#s-${area} > .end`).innerText();
    expect(end, area).toMatch(said);
    expect(Number(end.match(said)![1].replaceAll(',', '')), `HAZ-017: ${area}`).toBeGreaterThanOrEqual(held);
  }
  for (const width of WIDTHS) {
    await record.setViewportSize({ width, height: 900 });
    const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `HAZ-052: nothing is off to the side at ${width} px`).toBeLessThanOrEqual(0);
    await record.screenshot({ path: `../../artefacts/large-${width}.png` });
  }
  const problem = record.locator('#s-pro tbody tr', { hasText: 'Invented problem 249' }).first();
  await problem.locator('summary').first().click();
  await expect(problem.getByText('Status as sent').first()).toBeVisible();
  await record.getByLabel('Find in this record').fill('clinic number 374');
  await expect(record.locator('#found')).toHaveText(/^1 of [\d,]+ entries found/);
  await expect(record.locator('#s-con tr.hit:visible')).toHaveCount(1);
  // What was found, and all that stands round the lists; each row is as those that other tests read.
  const { violations } = await new AxeBuilder({ page: record }).withTags(RULES).exclude('tr.miss').options({ resultTypes: ['violations'] }).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
  await record.keyboard.press('Escape');
  await expect(record.locator('#found')).toBeHidden();
  watch.isQuiet();
  await page.context().close();
});
