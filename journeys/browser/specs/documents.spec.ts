// One document in Chromium: a PDF in the browser's own reader, text and pictures in pages of ours; nothing goes elsewhere.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { newPage, openInPanel, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PDF = 'Strength and balance programme: letter to GP';
const RTF = 'Memory service: assessment';
const HTML = 'Falls clinic: letter to GP';
const SCAN = 'Request for hip radiograph, scanned';
const FAX = 'Fax from the eye unit';
const LYING = 'Letter saved from a browser';

/** What Chromium's own reader of PDF is made of: part of the browser, and no request leaves for it. */
const READER = ['chrome://resources', 'chrome-extension://mhjfbmdgcfjbbpaeojofohoefgiehjai'];

/** Doreen's record in a window of that width, with what its browser complained of. */
async function record(browser: Browser, width: number, script: boolean): Promise<{ page: Page; watch: Watch }> {
  const page = await newPage(browser, width, script);
  const watch = new Watch(page.context(), [ready().host_url, ready().gateway_url, ...READER]);
  await openPatient(page);
  return { page: await openInWindow(page), watch };
}

/** Follows the way on the row of that document. */
async function open(page: Page, title: string): Promise<void> {
  // Wherever it stands: among the latest, in its chapter, or among what came late.
  const name = `Open: ${title}, `;
  await page.getByRole('link', { name }).or(page.getByRole('button', { name })).locator('visible=true').first().click();
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
}

function frame(page: Page) {
  return page.frameLocator('iframe[title^="Document: "]');
}

/** The browser's own reader of PDF stands in the frame, with a page in it. */
async function showsPdf(page: Page): Promise<void> {
  await expect.poll(() => page.frames().some((one) => one.url().includes('/b/'))).toBe(true);
  const inside = page.frames().find((one) => one.url().includes('/b/'))!;
  await expect.poll(() => inside.evaluate(() => document.contentType).catch(() => ''), 'a reader of PDF').toBe('application/pdf');
}

async function hasNoSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, 'no horizontal scroll').toBeLessThanOrEqual(0);
}

for (const width of [...WIDTHS, 320]) {
  test(`a PDF is read in its frame at ${width} px (HAZ-020)`, async ({ browser }) => {
    const { page, watch } = await record(browser, width, true);
    await open(page, PDF);
    await expect(page.getByRole('banner')).toContainText('999 123 4578');
    await showsPdf(page);
    await hasNoSidewaysScroll(page);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).exclude('iframe').analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160))}`)).toEqual([]);
    watch.isQuiet();
    expect(watch.addresses.some((address) => /999|testpatient/i.test(address)), 'no person in an address (HAZ-049)').toBe(false);
    expect(await page.title()).toMatch(/^Shared Care Record, opening /);
    await page.context().close();
  });
}

test('text, HTML, scans and refusals stand in the frame as words and pictures (HAZ-021)', async ({ browser }) => {
  const { page, watch } = await record(browser, 1280, true);
  const shown: [string, string][] = [
    [RTF, 'Mood low {PHQ-9 score 11}; sleep poor.'],
    [HTML, 'Content altered for safety: see the original at Acute.'],
    [LYING, 'its type is not what its entry says'],
  ];
  for (const [title, words] of shown) {
    await open(page, title);
    await expect(frame(page).locator('body')).toContainText(words);
    await page.getByRole('link', { name: 'Back to the record' }).click();
    await expect(page.locator('#complete')).toBeAttached();
  }
  await open(page, FAX);
  const picture = frame(page).getByAltText('Page 1');
  await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0)).toBe(true);
  watch.isQuiet();
  await page.context().close();
});

test('without script, and without the page round it, the document is read all the same', async ({ browser }) => {
  const { page, watch } = await record(browser, 480, false);
  const address = page.url();
  const alone = page.getByRole('link', { name: 'Open the document without this page' });
  await open(page, RTF);
  await expect(frame(page).locator('body')).toContainText('sleep poor.');
  await alone.click();
  await expect(page.locator('body')).toContainText('sleep poor.');
  // From a list it came by a form, of which the browser asks before it sends it again. By a link Back leads to the page round it.
  await page.goto(address);
  await page.getByRole('link', { name: /^Open: / }).locator('visible=true').first().click();
  const title = await page.getByRole('heading', { level: 1 }).innerText();
  await alone.click();
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
  watch.isQuiet();
  await page.context().close();
});

for (const script of [true, false]) {
  test(`a PDF is read as text where it is not shown, script ${script ? 'on' : 'off'} (HAZ-021)`, async ({ browser }) => {
    const { page, watch } = await record(browser, 480, script);
    await open(page, PDF);
    await page.getByRole('link', { name: 'Show its text' }).click();
    const body = frame(page).locator('body');
    await expect(body).toContainText('Only the text of the PDF');
    await expect(body).toContainText(PDF);
    await expect(page.getByRole('banner')).toContainText('999 123 4578');
    if (script) {
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).exclude('iframe').analyze();
      expect(violations.map((one) => one.id)).toEqual([]);
    }
    await page.getByRole('link', { name: 'Show the PDF' }).click();
    await showsPdf(page);
    watch.isQuiet();
    await page.context().close();
  });
}

test('a picture opens at the top of a window too', async ({ browser }) => {
  const { page, watch } = await record(browser, 1280, true);
  await open(page, SCAN);
  await page.getByRole('link', { name: 'Open the document without this page' }).click();
  const picture = page.getByAltText('Picture');
  await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.complete && one.naturalWidth > 0)).toBe(true);
  watch.isQuiet();
  await page.context().close();
});

test('inside the host’s panel a document is read in a frame within a frame (HAZ-034)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const watch = new Watch(page.context());
  await openPatient(page);
  const panel = await openInPanel(page);
  await panel.locator('#s-doc').getByRole('button', { name: `Open: ${RTF}, ` }).click();
  await expect(panel.getByRole('heading', { level: 1, name: RTF })).toBeVisible();
  await expect(panel.frameLocator('iframe[title^="Document: "]').locator('body')).toContainText('sleep poor.');
  watch.isQuiet();
  await page.context().close();
});

test('the page of a document closes with its session (HAZ-003)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const first = await openInWindow(page);
  await open(first, RTF);
  await page.bringToFront();
  await openInWindow(page);
  await first.bringToFront();
  await expect(first.getByRole('heading', { level: 1 })).toContainText('Ended: your system opened another view.');
  await expect(first.getByText('999 123 4578')).toHaveCount(0);
  await page.context().close();
});

for (const [width, script] of [[1280, true], [480, false]] as const) {
  test(`from a letter one goes to the next of those that were chosen, and back, at ${width} px with script ${script ? 'on' : 'off'} (HAZ-017)`, async ({ browser }) => {
    const page = await newPage(browser, width, script);
    const watch = new Watch(page.context(), [ready().host_url, ready().gateway_url, ...READER]);
    await openPatient(page, 'SAMPLE');
    const shown = await openInWindow(page);
    const chapter = shown.locator('#s-doc');
    await chapter.locator('.filter summary').click();
    const choices = chapter.locator('.filter fieldset').first().locator('label');
    const counts = (await choices.allTextContents()).map((words) => Number(words.match(/\((\d+)\)/)?.[1] ?? 0));
    const choice = choices.nth(counts.indexOf(Math.max(...counts)));
    await choice.locator('input').check();
    const kind = (await choice.locator('bdi').textContent())!;
    const rows = chapter.locator('tr.sift:visible');
    const titles = await rows.filter({ has: shown.getByRole('button', { name: /^Open/ }) }).locator('td:nth-child(2) > b').allTextContents();
    expect(titles.length).toBeGreaterThan(2);
    await rows.getByRole('button', { name: /^Open/ }).first().click();
    for (const [at, title] of titles.slice(0, 3).entries()) {
      await expect(shown.getByRole('heading', { level: 1 })).toHaveText(title.trim());
      const said = shown.locator('.walk p');
      await expect(said).toContainText(`Document ${at + 1} of ${titles.length} in the list it was opened from. Chosen there: Type: ${kind}.`);
      await hasNoSidewaysScroll(shown);
      if (script && at === 1) {
        const { violations } = await new AxeBuilder({ page: shown }).withTags(RULES).exclude('iframe').analyze();
        expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
      }
      if (at === 1) await shown.screenshot({ path: `../../artefacts/letter-${width}.png` });
      if (at < 2) await shown.getByRole('button', { name: /^Next: / }).click();
    }
    await shown.getByRole('button', { name: /^Previous: / }).click();
    await expect(shown.getByRole('heading', { level: 1 })).toHaveText(titles[1].trim());
    // With script no form is sent again by Reload.
    if (script) {
      expect(shown.url()).toMatch(/\/d\/[\w-]+$/);
      await shown.reload();
      await expect(shown.getByRole('heading', { level: 1 })).toHaveText(titles[1].trim());
    }
    for (const address of watch.addresses) expect(decodeURIComponent(address), 'HAZ-049').not.toMatch(/999 ?\d{3} ?\d{4}|sample|clinic/i);
    await shown.getByRole('link', { name: 'Back to the record' }).click();
    await expect(shown.locator('#complete')).toBeAttached();
    // In its chapter, or among late answers where a busy machine was slow.
    const opened = shown.locator('main tr', { hasText: 'Opened by you' });
    await expect(opened.filter({ hasText: titles[1].trim() }).first()).toContainText(/Opened by you \d\d-\w{3}-\d{4} \d\d:\d\d/);
    await shown.locator('#s-doc').screenshot({ path: `../../artefacts/opened-by-you-${width}.png` });
    watch.isQuiet();
    await page.context().close();
  });
}
