// Results, contacts, documents, medicines and frailty as a clinician reads them: graphs with their words and table, filters that
// say how many of how many, with script and without, and nothing off to the side.
// shows: R1, R3
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
// A record is opened again where an answer came late.
test.describe.configure({ timeout: 240_000 });

/** Of whom there are two years of results, contacts and letters. */
const ARTHUR = 'SAMPLE';

/** A record in which no answer came late: on a busy machine it is opened again. */
async function record(page: Page, family = ARTHUR): Promise<Page> {
  await openPatient(page, family);
  for (let tries = 0; ; tries += 1) {
    const shown = await openInWindow(page);
    if (tries === 8 || await shown.locator('section.late').count() === 0) return shown;
    await shown.close();
  }
}

/** The rows of a chapter that can be chosen among, in sight. */
const rows = (page: Page, area: string) => page.locator(`#s-${area} tr.sift:visible`);

async function widths(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const script of [true, false]) {
  test.describe(`the chapters with script ${script ? 'on' : 'off'}`, () => {
    test('a test has its latest, its previous, a course in words and the table of all (HAZ-015)', async ({ browser }) => {
      const page = await newPage(browser, 1280, script);
      const watch = new Watch(page.context());
      const shown = await record(page);
      const results = shown.locator('#s-res');
      const egfr = results.locator('table.series > tbody > tr', { has: shown.locator('th', { hasText: 'eGFR' }) }).first();
      await expect(egfr.locator('td').first()).toContainText('mL/min/1.73m2');
      await expect(egfr.getByRole('img')).toHaveAccessibleName(/^eGFR: last /);
      const opened = egfr.locator('xpath=following-sibling::tr[1]');
      await expect(opened).toBeHidden();
      await egfr.locator('summary').click();
      await expect(opened).toBeVisible();
      await expect(opened.locator('figure')).not.toHaveCount(0);
      expect(await opened.locator('desc').first().textContent()).toMatch(/^(Falling|From) .* on \d\d-\w{3}-\d{4} to .*; \d+ results$/i);
      expect(await opened.locator('table.points tbody tr').count()).toBeGreaterThan(2);
      for (const svg of await results.locator('svg').evaluateAll((all) => all.map((one) => one.outerHTML))) {
        expect(svg.length, 'HAZ-024').toBeLessThanOrEqual(2_048);
      }
      expect(await shown.locator('svg').count(), 'HAZ-024').toBeLessThanOrEqual(24);
      watch.isQuiet();
      await page.context().close();
    });

    for (const area of ['con', 'doc']) {
      test(`${area === 'con' ? 'contacts' : 'documents'} are chosen among, the rest is counted, and one press brings all back (HAZ-017)`, async ({ browser }) => {
        const page = await newPage(browser, 1280, script);
        const shown = await record(page);
        const chapter = shown.locator(`#s-${area}`);
        const all = await rows(shown, area).count();
        expect(all).toBeGreaterThan(5);
        await expect(chapter.locator('.filtered')).toBeHidden();
        await chapter.locator('.filter summary').click();
        const label = chapter.locator('.filter fieldset').first().locator('label').nth(1);
        const counted = Number((await label.textContent())!.match(/\((\d+)\)/)![1]);
        await label.locator('input').check();
        await expect(rows(shown, area)).toHaveCount(counted);
        const said = await chapter.locator('.filtered').ariaSnapshot();
        expect(said).toContain(`of ${all} shown`);
        const count = await chapter.locator('.n').evaluate((one) => getComputedStyle(one, '::after').content);
        expect(count).toBe('counter(sift)');
        await chapter.getByRole('button', { name: `Show all ${all}` }).click();
        await expect(rows(shown, area)).toHaveCount(all);
        await expect(chapter.locator('.filtered')).toBeHidden();
        await page.context().close();
      });
    }

    test('current, past and the lists of the sources are shown one at a time, differences by their number (HAZ-013)', async ({ browser }) => {
      const page = await newPage(browser, 1280, script);
      const shown = await record(page, 'TESTPATIENT');
      const chapter = shown.locator('#s-med');
      await expect(chapter.locator('.matrix.current').first()).toBeVisible();
      await expect(chapter.locator('.listed').first()).toBeHidden();
      await chapter.getByLabel('Differences only').check();
      await expect(chapter.locator('.filtered')).toContainText(/Filtered: \d+ of \d+ current medicines shown/);
      await expect(chapter.locator('.matrix.current tr.same:visible')).toHaveCount(0);
      await chapter.locator('.filtered button').click();
      await expect(chapter.locator('.filtered')).toBeHidden();
      await chapter.getByRole('radio', { name: /As listed by each source/ }).check();
      await expect(chapter.locator('.listed').first()).toBeVisible();
      await expect(chapter.locator('.matrix:visible')).toHaveCount(0);
      await chapter.getByRole('radio', { name: /Past/ }).check();
      await expect(chapter.locator('.matrix.past').first()).toBeVisible();
      await expect(chapter.locator('.matrix.current:visible')).toHaveCount(0);
      await page.context().close();
    });
  });
}

test('a named letter is found among all by its title, and any letter opens in two actions (HAZ-017)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const shown = await record(page);
  const before = shown.url();
  const box = shown.getByLabel('Find by title');
  await box.fill('furosemide RAISED');
  await expect(rows(shown, 'doc')).toHaveCount(1);
  await expect(shown.locator('#s-doc .filtered')).toBeVisible();
  await box.press('Enter');
  expect(shown.url(), 'HAZ-049: the term goes nowhere').toBe(before);
  await rows(shown, 'doc').getByRole('button', { name: /^Open/ }).click();
  await expect(shown.getByRole('heading', { level: 1 })).toContainText('furosemide raised');
  await expect(shown.locator('.walk p'), 'what it was found by is kept').toContainText('Document 1 of 1 in the list it was opened from. Chosen there: Title has: furosemide RAISED.');
  await page.context().close();
});

test('the count of falls leads to exactly the entries counted (HAZ-016)', async ({ browser }) => {
  const page = await newPage(browser, 1280, false);
  const shown = await record(page, 'TESTPATIENT');
  const told = await shown.locator('#s-fra .scores', { hasText: 'Falls' }).innerText();
  const counted = Number(told.match(/(\d+) entr\w+ in the last 12 months/)![1]);
  await shown.locator('#s-fra').getByRole('link', { name: 'Show them' }).click();
  await expect(shown.locator('#falls')).toBeInViewport();
  await expect(shown.locator('#falls tbody tr')).toHaveCount(counted);
  await page.context().close();
});

test('two resuscitation forms that differ stand together and say so (HAZ-026)', async ({ browser }) => {
  const page = await newPage(browser, 1280, false);
  const shown = await record(page, 'SPECIMEN');
  const plans = shown.locator('#s-pla');
  await expect(plans.locator('tr.conflict').first()).toContainText('2 entries differ');
  const differing = plans.locator('tr.differing');
  expect(await differing.count()).toBeGreaterThanOrEqual(2);
  for (const row of await differing.all()) await expect(row.locator('time').first()).toHaveText(/\d\d-\w{3}-\d{4}/);
  await page.context().close();
});

for (const width of [...WIDTHS, 320]) {
  test(`the chapters hold at ${width} px, opened and chosen, in contrast colours too (HAZ-052)`, async ({ browser }) => {
    const page = await newPage(browser, width, true);
    const shown = await record(page);
    await shown.locator('#s-res summary').first().click();
    for (const area of ['con', 'doc']) await shown.locator(`#s-${area} .filter summary`).click();
    expect(await widths(shown), 'nothing is off to the side').toBeLessThanOrEqual(0);
    const sections = ['#s-res', '#s-con', '#s-doc', '#s-med', '#s-fra'];
    const axe = sections.reduce((all, one) => all.include(one), new AxeBuilder({ page: shown }).withTags(RULES));
    const { violations } = await axe.analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
    await shown.emulateMedia({ forcedColors: 'active' });
    const inks = await shown.locator('#s-res svg path[stroke=currentColor]').first()
      .evaluate((one) => [getComputedStyle(one).stroke, getComputedStyle(document.body).color]);
    expect(inks[0], 'a graph is drawn in the colour of the text').toBe(inks[1]);
    await page.context().close();
  });
}
