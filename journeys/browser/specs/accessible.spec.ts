// WCAG 2.2 AA and best practice by axe, in every frame of what a professional sees.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { newPage, openInPanel, openInWindow, openPatient, WIDTHS } from '../support/host.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function isClean(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const told = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.slice(0, 3).map((node) => `${node.target} ${node.html.slice(0, 160)}`).join('\n  ')}`);
  expect(told).toEqual([]);
}

test.describe('everybody can use it (HAZ-052)', () => {
  for (const width of [...WIDTHS, 320]) {
    test(`the record in a window of ${width} px`, async ({ browser }) => {
      const page = await newPage(browser, width, true);
      await openPatient(page);
      await isClean(await openInWindow(page));
      await page.context().close();
    });
  }

  test('the record in the side panel, and the host around it', async ({ browser }) => {
    const page = await newPage(browser, 1280, true);
    await openPatient(page);
    await openInPanel(page);
    await isClean(page);
    await page.context().close();
  });

  for (const story of ['objection', 'restricted']) {
    test(`the page of a person whose record is not shown: ${story}`, async ({ browser }) => {
      const person = ready().people.find((one) => one.story_key === story)!;
      const page = await newPage(browser, 1280, true);
      await openPatient(page, person.name.split(' ').at(-1)!);
      const opening = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Open in new window' }).click();
      const refusal = await opening;
      await refusal.waitForLoadState();
      await isClean(refusal);
      await page.context().close();
    });
  }

  test('the help page', async ({ browser }) => {
    const page = await newPage(browser, 1280, true);
    await page.goto(`${ready().gateway_url}/help`);
    await isClean(page);
    await page.context().close();
  });
});
