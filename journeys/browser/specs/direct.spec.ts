// Staff whose system cannot launch: they sign in, find one person exactly, say why, and the record opens; everybody else is told
// what to do instead.
// shows: R37, R48
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { kinds } from '../support/audit.ts';
import { ready } from '../support/demo.ts';
import { DOREEN, DOREENS_NUMBER, newPage, WIDTHS } from '../support/host.ts';

test.describe.configure({ mode: 'default' });

const gateway = () => ready('providers').gateway_url;

async function signIn(page: Page, account: string): Promise<void> {
  await page.goto(`${gateway()}/direct`);
  await page.getByRole('button', { name: account, exact: true }).click();
}

async function findByNumber(page: Page, number: string, born = ['14', '8', '1935']): Promise<void> {
  await page.goto(`${gateway()}/direct/find`);
  await page.getByLabel('NHS number', { exact: true }).fill(number);
  for (const [place, name] of ['day', 'month', 'year'].entries()) await page.locator(`#number-${name}`).fill(born[place]!);
  await page.getByRole('button', { name: 'Find by number' }).click();
}

async function sayWhy(page: Page, text: string): Promise<void> {
  await page.getByLabel('I am caring for this person now').check();
  await page.getByLabel('In your own words').fill(text);
  await page.getByLabel('I am involved in this person’s direct care').check();
  await page.getByRole('button', { name: 'Open the record' }).click();
}

const isClean = async (page: Page) => {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
};

// shows: T34
for (const [place, script] of [true, false].entries()) {
  test(`from sign-in to the record with script ${script ? 'on' : 'off'}, audited further`, async ({ browser }) => {
    const page = await newPage(browser, WIDTHS[place]!, script);
    const before = kinds('providers');
    await signIn(page, 'nurse');
    await expect(page.getByRole('heading', { level: 1, name: 'Find one person' })).toBeVisible();
    await expect(page.getByText('Sam Reed')).toBeVisible();
    if (script) await isClean(page);
    await page.screenshot({ path: `../../artefacts/direct-find-${WIDTHS[place]}.png`, fullPage: true });
    await findByNumber(page, DOREENS_NUMBER);
    await expect(page.getByRole('heading', { level: 1, name: 'Why you open this record' })).toBeVisible();
    await expect(page.getByText(/doreen/i), 'no more is told than was typed').toHaveCount(0);
    if (script) await isClean(page);
    await page.screenshot({ path: `../../artefacts/direct-reason-${WIDTHS[place]}.png`, fullPage: true });
    await sayWhy(page, 'She is with me at the walk-in centre now');
    await expect(page.locator('#complete')).toBeAttached();
    await expect(page.getByRole('heading', { level: 1, name: DOREEN })).toBeVisible();
    expect(page.url()).toMatch(new RegExp(`^${gateway()}/s/[A-Za-z0-9_-]{43}/$`));
    const after = kinds('providers');
    expect((after['find'] ?? 0) - (before['find'] ?? 0), 'HAZ-048: attempt and outcome').toBeGreaterThanOrEqual(2);
    expect((after['alert'] ?? 0) - (before['alert'] ?? 0), 'HAZ-048: PO-01, listed for review').toBeGreaterThanOrEqual(1);
    await page.context().close();
  });
}

test('by all five details, where the number is not known', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'nurse');
  await page.getByText('You do not know the NHS number').click();
  const details = page.locator('form', { has: page.getByRole('button', { name: 'Find by details' }) });
  await details.getByLabel('First name').fill('Doreen');
  await details.getByLabel('Last name').fill('Testpatient');
  await details.getByLabel('Postcode').fill('zz993ab');
  for (const [name, value] of [['day', '14'], ['month', '8'], ['year', '1935']]) await page.locator(`#details-${name}`).fill(value!);
  await details.getByLabel('Female').check();
  await page.screenshot({ path: '../../artefacts/direct-details.png', fullPage: true });
  await details.getByRole('button', { name: 'Find by details' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Why you open this record' })).toBeVisible();
  await expect(page.getByText(DOREENS_NUMBER), 'no more is told than was typed').toHaveCount(0);
  await page.context().close();
});

// shows: T32
test('a wildcard or a surname alone is no question, and every fault is named at its field', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'nurse');
  await page.getByText('You do not know the NHS number').click();
  await page.getByLabel('Last name').fill('Test*');
  await page.getByRole('button', { name: 'Find by details' }).click();
  await expect(page.getByRole('alert')).toContainText('There is a problem');
  await expect(page.locator('.nhsuk-error-summary__list li')).toHaveCount(5);
  await expect(page).toHaveTitle(/^Error: /);
  await isClean(page);
  await page.screenshot({ path: '../../artefacts/direct-faults.png', fullPage: true });
  await page.context().close();
});

// shows: T33
test('without a reason, or with nineteen characters, nothing opens', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'nurse');
  await findByNumber(page, DOREENS_NUMBER);
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/direct/open'));
  await page.getByRole('button', { name: 'Open the record' }).click();
  expect((await answered).status()).toBe(400);
  await expect(page.locator('.nhsuk-error-summary__list li')).toHaveCount(3);
  await isClean(page);
  await sayWhy(page, 'nineteen characters');
  await expect(page.getByRole('alert')).toContainText('20 to 1,000 characters');
  await page.screenshot({ path: '../../artefacts/direct-unstated.png', fullPage: true });
  await sayWhy(page, 'twenty characters ok');
  await expect(page.locator('#complete')).toBeAttached();
  await page.context().close();
});

// shows: T32
test('three misses begin a pause, and each is recorded', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const before = kinds('providers')['find'] ?? 0;
  await signIn(page, 'second-nurse');
  for (const born of [['15', '8', '1935'], ['14', '9', '1935'], ['14', '8', '1936']]) {
    await findByNumber(page, DOREENS_NUMBER, born);
    await expect(page.getByRole('alert')).toContainText('Nobody was found');
  }
  await findByNumber(page, DOREENS_NUMBER);
  await expect(page.getByRole('alert')).toContainText('Wait before you try again');
  await page.screenshot({ path: '../../artefacts/direct-paused.png', fullPage: true });
  expect((kinds('providers')['find'] ?? 0) - before, 'HAZ-048').toBeGreaterThanOrEqual(7);
  await page.context().close();
});

// shows: T30, T31
for (const [account, words] of [
  ['no-role-chosen', 'choose the one you are working in'],
  ['role-elsewhere', 'whether your organisation uses direct access'],
  ['weak-identity', 'could not be accepted'],
  ['one-factor', 'could not be accepted'],
  ['other-uid', 'could not be accepted'],
  ['citizen', 'could not be accepted'],
] as const) {
  test(`${account} is refused and told what to do (HAZ-048)`, async ({ browser }) => {
    const page = await newPage(browser, 1280, true);
    await signIn(page, account);
    await expect(page.getByRole('heading', { name: 'You were not signed in' })).toBeVisible();
    await expect(page.getByText(words)).toBeVisible();
    if (account === 'no-role-chosen') {
      await isClean(page);
      await page.screenshot({ path: '../../artefacts/direct-refused.png', fullPage: true });
    }
    await page.goto(`${gateway()}/direct/find`);
    await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
    await page.context().close();
  });
}

test('where direct access is not on there is no page', async ({ request }) => {
  for (const path of ['/direct', '/direct/find', '/direct/callback?code=x&state=y']) {
    expect((await request.get(ready('prompt').gateway_url + path, { maxRedirects: 0 })).status()).toBe(404);
  }
});

// shows: T26
test('a form from elsewhere finds and opens nothing', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await signIn(page, 'third-nurse');
  for (const path of ['/direct/find', '/direct/open']) {
    const foreign = await page.request.post(gateway() + path, { form: { by: 'number' }, headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' } });
    expect(foreign.status(), 'HAZ-046').toBe(403);
    const own = { Origin: gateway(), 'Sec-Fetch-Site': 'same-origin' };
    const tokenless = await page.request.post(gateway() + path, { form: { by: 'number', nhs_number: DOREENS_NUMBER, day: '14', month: '8', year: '1935' }, headers: own });
    expect(tokenless.status(), 'HAZ-046').toBe(403);
  }
  await page.context().close();
});
