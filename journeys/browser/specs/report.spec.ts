// A problem reported from the record, with script on and off; what the officers read of it.
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { Watch } from '../support/watch.ts';

for (const [width, script] of [[WIDTHS[0]!, true], [WIDTHS[1]!, false]] as const) {
  // shows: R52, R55
  test(`a problem is reported and answered with a reference, at ${width} px with script ${script ? 'on' : 'off'}`, async ({ browser }) => {
    const page = await newPage(browser, width, script);
    const watch = new Watch(page.context());
    await openPatient(page);
    const record = await openInWindow(page);
    await record.getByText('Report a problem', { exact: true }).click();
    const form = record.locator('#report form');
    await form.getByLabel('Something is wrong or out of date').check();
    await form.getByLabel('Where is it?').selectOption('Medicines');
    await form.getByLabel('Whose entry is it?').selectOption('GP');
    await form.getByLabel('What did you see?').fill('The dose is of 999 123 4578, not as the discharge letter has it.');
    await record.locator('#report').screenshot({ path: `../../artefacts/report-${width}.png` });
    await form.getByRole('button', { name: 'Send the report' }).click();
    await expect(record.getByRole('alert')).toContainText('Take out what looks like an NHS number');
    await expect(record.getByLabel('What did you see?')).toHaveValue(/The dose is of/);
    await record.getByLabel('What did you see?').fill('The dose is not as the discharge letter has it.');
    await record.getByRole('button', { name: 'Send the report' }).click();
    await expect(record.getByRole('heading', { level: 1 })).toHaveText('Your report is recorded');
    await expect(record.locator('main')).toContainText(/Its reference is [0-9A-Z]{4}-[0-9A-Z]{4}\./);
    if (script) {
      const { violations } = await new AxeBuilder({ page: record }).analyze();
      expect(violations.map((one) => one.id)).toEqual([]);
    }
    await record.screenshot({ path: `../../artefacts/reported-${width}.png` });
    for (const address of watch.addresses) expect(address, 'HAZ-049').not.toMatch(/dose|discharge/i);
    // A refused form is an answer of 400, which browsers note in the console.
    expect(watch.complaints.filter((one) => !one.includes('400'))).toEqual([]);
    await page.context().close();
  });
}

for (const slug of ['', 'states', 'glossary', 'keyboard', 'limits', 'accessibility', 'sharing', 'partners', 'contacts', 'report', 'safety', 'tour']) {
  // shows: R28, R46, R68
  test(`the help page /help/${slug} can be read by everybody`, async ({ browser }) => {
    for (const width of WIDTHS) {
      const page = await newPage(browser, width, true);
      await page.goto(`${ready().gateway_url}/help${slug && `/${slug}`}`);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze();
      expect(violations.map((one) => `${one.id} ${one.nodes[0].target}`), `${width}`).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(wide, `${width}`).toBeLessThanOrEqual(0);
      await page.screenshot({ path: `../../artefacts/help-${slug || 'start'}-${width}.png`, fullPage: true });
      await page.context().close();
    }
  });
}
