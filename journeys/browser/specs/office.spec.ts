// A privacy officer asks who saw a record and what they saw, answers it in a few clicks, and leaves a trace of their own reading.
// shows: R49
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { kinds } from '../support/audit.ts';
import { ready } from '../support/demo.ts';
import { DOREENS_NUMBER, newPage, WIDTHS } from '../support/host.ts';

test.describe.configure({ mode: 'default' });

const WHY = 'Complaint 12 of November, asked by the person';
const office = () => ready('providers').office_url;

/** Somebody with direct access opens Doreen's record. */
async function opened(page: Page, account: string): Promise<void> {
  await page.goto(`${ready('providers').gateway_url}/direct`);
  await page.getByRole('button', { name: account, exact: true }).click();
  await page.goto(`${ready('providers').gateway_url}/direct/find`);
  await page.getByLabel('NHS number', { exact: true }).fill(DOREENS_NUMBER);
  for (const [name, value] of [['day', '14'], ['month', '8'], ['year', '1935']]) await page.locator(`#number-${name}`).fill(value!);
  await page.getByRole('button', { name: 'Find by number' }).click();
  await page.getByLabel('I am caring for this person now').check();
  await page.getByLabel('In your own words').fill('She is with me at the walk-in centre now');
  await page.getByLabel('I am involved in this person’s direct care').check();
  await page.getByRole('button', { name: 'Open the record' }).click();
  await expect(page.locator('#complete')).toBeAttached();
}

async function signIn(page: Page, account: string): Promise<void> {
  await page.goto(`${office()}/sign-in`);
  await page.getByRole('button', { name: account, exact: true }).click();
}

async function atTheDesk(page: Page, account: string): Promise<void> {
  await signIn(page, account);
  await page.getByLabel('Why do you look?').fill(WHY);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { name: 'Who opened what' })).toBeVisible();
}

const isClean = async (page: Page) => {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
};

async function fitsAcross(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window!);
}

for (const [place, script] of [true, false].entries()) {
  test(`"who saw this and what did they see" with script ${script ? 'on' : 'off'}`, async ({ browser }) => {
    const professional = await newPage(browser, 1280, true);
    await opened(professional, 'day-nurse');
    await professional.context().close();

    const page = await newPage(browser, WIDTHS[place]!, script);
    const before = kinds('providers');
    await page.goto(office());
    if (script) await isClean(page);
    await signIn(page, 'officer');
    await page.getByLabel('Why do you look?').fill('short');
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect(page.getByRole('link', { name: 'Say why you look' }), 'AU38: nothing is shown without a reason').toBeVisible();
    await page.getByLabel('Why do you look?').fill(WHY);
    await page.getByRole('button', { name: 'Continue' }).click();
    if (script) await isClean(page);
    await fitsAcross(page);
    await page.screenshot({ path: `../../artefacts/office-desk-${WIDTHS[place]}.png`, fullPage: true });

    await page.locator('#nhs_number').fill(DOREENS_NUMBER);
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    const row = page.getByRole('row').filter({ hasText: 'Sam Reed' }).filter({ hasText: 'Opened' }).last();
    await expect(row).toContainText('direct access');
    if (script) await isClean(page);
    await fitsAcross(page);
    await page.screenshot({ path: `../../artefacts/office-looked-${WIDTHS[place]}.png`, fullPage: true });

    await row.getByRole('link').click();
    await expect(page.getByRole('heading', { name: 'What was shown' })).toBeVisible();
    await expect(page.getByText('Sam Reed (nurse, midwife or allied health professional')).toBeVisible();
    await expect(page.getByRole('heading', { name: /^GP practices \(gp\)/ })).toBeVisible();
    await expect(page.getByText('She is with me at the walk-in centre now')).toBeVisible();
    await expect(page.getByText(/Held back/), 'AU31: by another organisation’s source').toHaveCount(0);
    if (script) await isClean(page);
    await fitsAcross(page);
    await page.screenshot({ path: `../../artefacts/office-told-${WIDTHS[place]}.png`, fullPage: true });

    const after = kinds('providers');
    expect((after['audit-read'] ?? 0) - (before['audit-read'] ?? 0), 'AU39: search and opening').toBe(2);
    await page.context().close();
  });
}

test('the report for a person who asks says what was shown, and saves as a file that names nobody', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await atTheDesk(page, 'region-officer');
  await expect(page.getByText('for every partner')).toBeVisible();
  await page.locator('#report-nhs_number').fill(DOREENS_NUMBER);
  await page.getByRole('button', { name: 'Make the report' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Who looked at the record of NHS number 999 123 4578' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'direct access' }).first()).toContainText('allergies');
  await expect(page.getByText('Sam Reed'), 'role and organisation, not names').toHaveCount(0);
  await isClean(page);
  await page.screenshot({ path: '../../artefacts/office-report-1280.png', fullPage: true });

  await page.goto(office());
  await page.locator('#report-nhs_number').fill(DOREENS_NUMBER);
  const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
  expect(saved.suggestedFilename()).toBe('who-looked.csv');
  await page.context().close();
});

test('an alert is taken on by one officer and closed by another', async ({ browser }) => {
  const [one, two] = [await newPage(browser, 1280, true), await newPage(browser, 1280, true)];
  await atTheDesk(one, 'officer');
  await one.getByRole('link', { name: /^Alerts/ }).click();
  const alert = (page: Page) => page.locator('article.alert').filter({ hasText: 'PO-01' }).last();
  await expect(alert(one)).toContainText('own word, to be looked at by a second person');
  await isClean(one);
  await one.screenshot({ path: '../../artefacts/office-alerts-1280.png', fullPage: true });
  await alert(one).getByRole('button', { name: /^Take on/ }).click();
  await expect(alert(one)).toContainText('You took it on; somebody else closes it.');

  await atTheDesk(two, 'second-officer');
  await two.getByRole('link', { name: /^Alerts/ }).click();
  await alert(two).getByRole('button', { name: /^Close as justified/ }).click();
  await expect(two.getByText('Say what you found')).toBeVisible();
  await alert(two).getByLabel('What you found').fill('The walk-in centre confirms the visit');
  await alert(two).getByRole('button', { name: /^Close as justified/ }).click();
  await expect(alert(two)).toContainText('closed as justified by Tom Heron: The walk-in centre confirms the visit');
  for (const page of [one, two]) await page.context().close();
});

test('each source’s own log and ours are compared, and an officer sees their own partner’s alone', async ({ browser }) => {
  const operator = ready('providers').admin_url;
  for (const [place, [account, others]] of ([['region-officer', 1], ['officer', 0]] as const).entries()) {
    const page = await newPage(browser, WIDTHS[place]!, true);
    await atTheDesk(page, account);
    await page.getByRole('link', { name: 'Reconciliation' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Reconciliation' })).toBeVisible();
    const row = (source: string) => page.getByRole('row').filter({ hasText: new RegExp(`^${source},`) });
    if (others) {
      await expect(row('Acute'), 'HAZ-030: silence is no agreement').toContainText('Nothing handed over yet.');
      const day = new Date().toISOString().slice(0, 10);
      const form = { day, source: 'acute', by: 'A. First', reason: 'the first day of acute' };
      const done = await page.request.post(`${operator}/reconcile`, { form, headers: { origin: operator } });
      expect(await done.text()).toContain('0 theirs only');
      await page.reload();
    }
    await expect(row('Acute').getByRole('cell').nth(1), 'AU36: questions that both know of').toHaveText(/^[1-9]/);
    await expect(row('Acute')).not.toContainText('Nothing handed over');
    await expect(row('Provide')).toHaveCount(others);
    await expect(row('GP')).toHaveCount(others);
    if (others) await expect(row('GP')).toContainText('it has not been agreed');
    await isClean(page);
    await fitsAcross(page);
    await page.screenshot({ path: `../../artefacts/office-reconciliation-${WIDTHS[place]}.png`, fullPage: true });
    await page.context().close();
  }
});

test('nobody but a privacy officer comes in, and nobody without a reason reads', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'day-nurse');
  await expect(page.getByText('These pages are for privacy officers alone.')).toBeVisible();
  await page.goto(`${office()}/alerts`);
  await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
  await signIn(page, 'officer');
  await page.waitForURL(`${office()}/`);
  await page.goto(`${office()}/alerts`);
  await expect(page.getByRole('heading', { name: 'Say why first' })).toBeVisible();
  const forged = await page.request.post(`${office()}/look`, { form: { token: '', by: 'all' }, headers: { origin: 'https://elsewhere.example' } });
  expect(forged.status()).toBe(403);
  await page.getByRole('link', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
  await page.context().close();
});

for (const [place, script] of [true, false].entries()) {
  test(`a print is recorded before the browser prints, script ${script ? 'on' : 'off'}`, async ({ browser }) => {
    // shows: HAZ-053
    const page = await newPage(browser, WIDTHS[place]!, script);
    await page.addInitScript(() => { window.print = () => { document.title = 'printing'; }; });
    await opened(page, 'day-nurse');
    const before = kinds('providers').print ?? 0;
    await page.getByRole('button', { name: 'Print', exact: true }).click();
    if (script) await expect(page).toHaveTitle('printing');
    await expect.poll(() => kinds('providers').print ?? 0).toBe(before + 1);
    await expect(page.locator('#complete')).toBeAttached();
    if (script) {
      await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
      await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
      await expect.poll(() => kinds('providers').print ?? 0, 'the browser’s own command').toBe(before + 2);
    }
    await page.context().close();
  });
}

test('every officer reads the figures, for which no reason is asked, and nobody is in them', async ({ browser }) => {
  const professional = await newPage(browser, 1280, true);
  await opened(professional, 'day-nurse');
  await professional.context().close();
  for (const width of WIDTHS) {
    const page = await newPage(browser, width, true);
    await signIn(page, 'officer');
    await page.getByRole('link', { name: 'Figures' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /^Figures of \d{4}-\d\d$/ })).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: 'direct access' })).not.toHaveCount(0);
    await expect(page.getByRole('row').filter({ hasText: 'PO-01' })).toContainText('opened on the professional’s own word');
    await expect(page.getByRole('row').filter({ hasText: 'GP practices: answered' })).not.toHaveCount(0);
    await expect(page.getByText('answered-empty'), 'no code of ours').toHaveCount(0);
    await expect(page.getByText(/entries signed/)).toBeVisible();
    await expect(page.getByText('Sam Reed')).toHaveCount(0);
    await isClean(page);
    await fitsAcross(page);
    await page.screenshot({ path: `../../artefacts/office-figures-${width}.png`, fullPage: true });
    await page.getByLabel('Month', { exact: true }).fill('2020-01');
    await page.getByRole('button', { name: 'Count' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Figures of 2020-01' })).toBeVisible();
    await expect(page.getByText('No alert was raised.')).toBeVisible();
    await page.context().close();
  }
});

test('AU34: an opening that is looked into is left out of the report, counted to the region’s officer alone, and put back by another', async ({ browser }) => {
  const professional = await newPage(browser, 1280, true);
  await opened(professional, 'day-nurse');
  await professional.context().close();
  const find = async (page: Page) => {
    await page.goto(`${office()}/`);
    await page.locator('#nhs_number').fill(DOREENS_NUMBER);
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    return page.getByRole('row').filter({ hasText: 'Sam Reed' }).filter({ hasText: 'Opened' }).last().getByRole('link');
  };
  const report = async (page: Page) => {
    await page.goto(`${office()}/`);
    await page.locator('#report-nhs_number').fill(DOREENS_NUMBER);
    await page.getByRole('button', { name: 'Make the report' }).click();
    await expect(page.getByRole('heading', { level: 1, name: /^Who looked at the record of/ })).toBeVisible();
  };
  const [one, two, region] = [await newPage(browser, 480, true), await newPage(browser, 1280, true), await newPage(browser, 1280, true)];
  await atTheDesk(one, 'officer');
  await (await find(one)).click();
  const reference = (await one.getByRole('heading', { level: 1 }).textContent())!.replace('Opening ', '');
  await one.getByLabel('Why').fill('The police look into this opening');
  await one.getByLabel('Look at it again on').fill('yesterday');
  await one.getByRole('button', { name: 'Leave it out of the report' }).click();
  await expect(one.getByText('Say on which day it is looked at again')).toBeVisible();
  await expect(one.getByLabel('Why')).toHaveValue('The police look into this opening');
  const soon = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await one.getByLabel('Look at it again on').fill(soon);
  await one.getByRole('button', { name: 'Leave it out of the report' }).click();
  await expect(one.getByText('You left it out; somebody else puts it back.')).toBeVisible();
  await isClean(one);
  await fitsAcross(one);
  await one.screenshot({ path: '../../artefacts/office-held-480.png', fullPage: true });
  await report(one);
  await expect(one.getByText(reference)).toHaveCount(0);
  await expect(one.getByText(/left out/)).toHaveCount(0);
  await one.goto(`${office()}/held`);
  await expect(one.getByRole('heading', { name: 'No such opening' })).toBeVisible();

  await atTheDesk(region, 'region-officer');
  await report(region);
  await expect(region.getByText(reference)).toHaveCount(0);
  await expect(region.getByText(/^1 opening is left out of this report/)).toBeVisible();
  await region.emulateMedia({ media: 'print' });
  await expect(region.getByText(/^1 opening is left out of this report/), 'not on paper').toBeHidden();
  await region.emulateMedia({ media: 'screen' });
  await region.getByRole('link', { name: 'Which, and why' }).click();
  await expect(region.getByRole('row').filter({ hasText: soon })).toContainText('The police look into this opening');
  await isClean(region);
  await region.screenshot({ path: '../../artefacts/office-held-1280.png', fullPage: true });

  await atTheDesk(two, 'second-officer');
  await (await find(two)).click();
  await two.getByLabel('Why').fill('Nothing was found to look into');
  await two.getByRole('button', { name: 'Put it back into the report' }).click();
  await expect(two.getByText('can be left out of the report')).toBeVisible();
  await report(one);
  await expect(one.getByText(reference)).toBeVisible();
  for (const page of [one, two, region]) await page.context().close();
});

// shows: R55
test('a problem reported in the record stands in the queue with its reference, is taken on by one officer and closed by another', async ({ browser }) => {
  const professional = await newPage(browser, 1280, true);
  await opened(professional, 'night-nurse');
  const words = 'The dose is not as the discharge letter has it, seen at the walk-in centre.';
  await professional.getByText('Report a problem', { exact: true }).click();
  const form = professional.locator('#report form');
  await form.getByLabel('Something is wrong or out of date').check();
  await form.getByLabel('Where is it?').selectOption('Medicines');
  await form.getByLabel('Whose entry is it?').selectOption('Acute');
  await form.getByLabel('What did you see?').fill(words);
  await form.getByRole('button', { name: 'Send the report' }).click();
  const answer = await professional.locator('main').innerText();
  const reference = answer.match(/Its reference is ([0-9A-Z]{4}-[0-9A-Z]{4})\./)![1]!;
  await professional.context().close();

  const [one, two] = [await newPage(browser, 480, true), await newPage(browser, 1280, true)];
  const alert = (page: Page) => page.locator('article.alert').filter({ hasText: 'CS-01' }).filter({ hasText: reference });
  await atTheDesk(one, 'officer');
  await one.getByRole('link', { name: /^Alerts/ }).click();
  await expect(alert(one)).toHaveCount(1);
  await expect(alert(one)).toContainText(words);
  await expect(alert(one)).toContainText('Medicines');
  await expect(alert(one), 'nobody’s name is in it').not.toContainText(/Noor|Field|Doreen|Testpatient|999/);
  await isClean(one);
  await fitsAcross(one);
  await one.screenshot({ path: '../../artefacts/office-reported-480.png', fullPage: true });
  await alert(one).getByRole('button', { name: /^Take on/ }).click();
  await expect(alert(one)).toContainText('You took it on; somebody else closes it.');
  await expect(alert(one).getByRole('button')).toHaveCount(0);
  await alert(one).getByRole('link', { name: /^Read the opening/ }).click();
  await expect(one.getByText('Noor Field'), 'who was there stands in the opening').toBeVisible();

  await atTheDesk(two, 'second-officer');
  await two.getByRole('link', { name: /^Alerts/ }).click();
  await alert(two).getByLabel('What you found').fill('Told the ward, which corrected its list');
  await alert(two).getByRole('button', { name: /^Close as justified/ }).click();
  await expect(alert(two)).toContainText('closed as justified by Tom Heron: Told the ward, which corrected its list');
  await expect(alert(two).getByRole('button')).toHaveCount(0);
  for (const page of [one, two]) await page.context().close();
});
