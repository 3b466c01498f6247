// Emergency access and records near to the professional, as seen and pressed: keyboard first, with script and without, at two widths.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WHY = 'Found unconscious at home, no history';
const ARTEFACTS = '../../artefacts';

async function isClean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join('\n')}`)).toEqual([]);
}

async function isWithin(page: Page): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);
}

/** The text of whatever has the focus. */
// The browser gives the focus when it first draws the page, which may be after the words of it are there.
const hasFocus = (page: Page, name: string, why: string) =>
  expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''), why).toBe(name);

/** Opens a person's record page in a window, not waiting for a record. */
async function openAs(page: Page, login: string, family: string): Promise<Page> {
  await page.goto(ready().host_url);
  await page.getByRole('button', { name: login }).click();
  await page.getByRole('link', { name: new RegExp(`^${family},`) }).first().click();
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Open in new window' }).click();
  const opened = await opening;
  await opened.waitForLoadState();
  return opened;
}

for (const width of WIDTHS) {
  for (const script of [true, false]) {
    // shows: T65
    test(`emergency access from the record to its end at ${width} px with script ${script ? 'on' : 'off'} (HAZ-011, HAZ-048)`, async ({ browser }) => {
      const name = `${width}-script-${script ? 'on' : 'off'}`;
      const page = await newPage(browser, width, script);
      const watch = new Watch(page.context());
      await openPatient(page);
      const record = await openInWindow(page);
      await record.getByRole('link', { name: 'Emergency access' }).click();
      await expect(record.getByRole('heading', { level: 1, name: 'Emergency access' })).toBeVisible();
      await expect(record.getByText('Mental health entries in full, from EPUT')).toBeVisible();
      await isWithin(record);
      await record.screenshot({ path: `${ARTEFACTS}/break-glass-${name}.png`, fullPage: true });
      if (script) {
        await hasFocus(record, 'Go back without it', 'HAZ-028: going back has the focus');
        await isClean(record);
        // By keyboard alone: past going back, choose, write, press.
        await record.keyboard.press('Tab');
        await record.keyboard.press('Space');
        await record.keyboard.press('Tab');
        await record.keyboard.type('too short');
        await record.keyboard.press('Tab');
        await record.keyboard.press('Enter');
      } else {
        await record.getByLabel('Emergency: needed now').check();
        await record.getByLabel('Say why').fill('too short');
        await record.getByRole('button', { name: 'Open with emergency access' }).click();
      }
      await expect(record.getByRole('alert')).toContainText('Say why in at least 20 characters');
      await expect(record.getByLabel('Emergency: needed now')).toBeChecked();
      await expect(record.getByLabel('Say why')).toHaveValue('too short');
      await isWithin(record);
      await record.screenshot({ path: `${ARTEFACTS}/break-glass-wrong-${name}.png`, fullPage: true });
      if (script) await isClean(record);

      await record.getByLabel('Say why').fill(WHY);
      await record.getByRole('button', { name: 'Open with emergency access' }).click();
      await expect(record.locator('#complete')).toBeAttached();
      const banner = record.locator('.emergency');
      await expect(banner).toContainText(/Emergency access active until \d\d:\d\d: mental health in full and restricted entries/);
      await expect(banner).toContainText('The privacy officers have been told.');
      await isWithin(record);
      await record.screenshot({ path: `${ARTEFACTS}/break-glass-active-${name}.png` });
      await record.evaluate(() => window.scrollTo(0, 4000));
      await expect(banner, 'HAZ-011: wherever one reads').toBeInViewport();

      await record.getByRole('button', { name: 'End it now' }).click();
      await expect(record.locator('#complete')).toBeAttached();
      await expect(record.locator('.emergency')).toHaveCount(0);
      // The refused form is the one thing the console may complain of.
      watch.complaints.splice(0, watch.complaints.length, ...watch.complaints.filter((text) => !text.includes('400 (Bad Request)')));
      watch.isQuiet();
      await page.context().close();
    });
  }
}

// shows: T65
test('going back from the form opens the record as it was (HAZ-028)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  await record.getByRole('link', { name: 'Emergency access' }).click();
  await expect(record.getByRole('heading', { level: 1, name: 'Emergency access' })).toBeVisible();
  await record.keyboard.press('Enter');
  await expect(record.locator('#complete')).toBeAttached();
  await expect(record.locator('.emergency')).toHaveCount(0);
  await page.context().close();
});

// shows: T65
test('a page does not go on showing what emergency access opened after its end (HAZ-048)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  const reads: string[] = [];
  record.on('request', (request) => { if (request.isNavigationRequest()) reads.push(new URL(request.url()).pathname); });
  await record.getByRole('link', { name: 'Emergency access' }).click();
  await record.getByLabel('Emergency: needed now').check();
  await record.getByLabel('Say why').fill(WHY);
  await record.getByRole('button', { name: 'Open with emergency access' }).click();
  await expect(record.locator('.emergency')).toBeVisible();
  await expect(record.locator('#complete')).toBeAttached();
  // The time that is left is told to the page; here it is told that little is.
  await record.route(/\/s\/[^/]+\/$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/data-ends="\d+"/, 'data-ends="300"');
    await route.fulfill({ response: answer, body });
  }, { times: 1 });
  reads.length = 0;
  await record.reload();
  const records = () => reads.filter((path) => /^\/s\/[^/]+\/$/.test(path)).length;
  await expect.poll(records, { message: 'it asks anew by itself' }).toBeGreaterThanOrEqual(2);
  await page.context().close();
});

// shows: T65
test('the host opens a record for emergency access, and the form stands there at once', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Emergency access' }).click();
  const record = await opening;
  await expect(record.getByRole('heading', { level: 1, name: 'Emergency access' })).toBeVisible();
  await page.context().close();
});

for (const width of WIDTHS) {
  // shows: T75
  test(`over an objection at ${width} px: offered for three reasons, and said wherever one reads (HAZ-022)`, async ({ browser }) => {
    const page = await newPage(browser, width, true);
    const person = ready().people.find((one) => one.story_key === 'objection')!;
    const record = await openAs(page, 'Okafor', person.name.split(' ').at(-1)!);
    await expect(record.getByText('This person has objected')).toBeVisible();
    await record.screenshot({ path: `${ARTEFACTS}/objection-offered-${width}.png` });
    await record.getByRole('link', { name: 'Emergency access' }).click();
    await expect(record.getByRole('radio')).toHaveCount(3);
    await record.screenshot({ path: `${ARTEFACTS}/break-glass-objection-${width}.png`, fullPage: true });
    await isClean(record);
    await record.getByLabel('Threat to life').check();
    await record.getByLabel('Say why').fill(WHY);
    await record.getByRole('button', { name: 'Open with emergency access' }).click();
    await expect(record.locator('.emergency')).toContainText('in spite of the person’s objection');
    await expect(record.locator('#complete')).toBeAttached();
    await page.context().close();
  });

  // shows: T66
  test(`a household is warned of and a listed person asks for a reason at ${width} px (HAZ-048)`, async ({ browser }) => {
    for (const [login, story, heading] of [
      ['Bell', 'staff-household', 'You may live with this person'],
      ['Okafor', 'staff-listed', 'Your organisation asks for more care with this record'],
    ]) {
      const page = await newPage(browser, width, true);
      await page.goto(ready().host_url);
      await page.getByRole('button', { name: login! }).click();
      const number = ready().people.find((one) => one.story_key === story)!.nhs_number;
      const spaced = `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
      await page.getByRole('row', { name: spaced }).getByRole('link').click();
      const opening = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Open in new window' }).click();
      const record = await opening;
      await expect(record.getByRole('heading', { level: 1, name: heading! })).toBeVisible();
      await hasFocus(record, 'Stop and go back', 'stopping has the focus');
      await isClean(record);
      await isWithin(record);
      await record.screenshot({ path: `${ARTEFACTS}/near-${story}-${width}.png`, fullPage: true });
      await record.getByLabel('Why do you open this record?').fill('The only one on the ward tonight');
      await record.getByRole('button', { name: 'Open the record' }).click();
      await expect(record.locator('#complete')).toBeAttached();
      await page.context().close();
    }
  });
}
