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
    await opened(professional, 'nurse');
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
  await expect(alert(one)).toBeVisible();
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

test('nobody but a privacy officer comes in, and nobody without a reason reads', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'nurse');
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
