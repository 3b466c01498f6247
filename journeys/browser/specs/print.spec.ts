// What goes on paper is the reader's choice, with script and without; every sheet says what was left out.
import { expect, test } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';

for (const script of [true, false]) {
  test(`chapters are chosen for a print, script ${script ? 'on' : 'off'} (HAZ-051, HAZ-053)`, async ({ browser }) => {
    const host = await newPage(browser, WIDTHS[0]!, script);
    await openPatient(host);
    const page = await openInWindow(host);
    await page.getByRole('link', { name: 'Print and colours' }).click();
    const sheet = page.locator('.sheet.whole');
    for (const name of ['Documents', 'Sources', 'Summary']) await page.getByRole('checkbox', { name, exact: true }).uncheck();
    await expect(sheet).toBeHidden();

    await page.emulateMedia({ media: 'print' });
    await expect(sheet).toBeVisible();
    await expect(sheet).toContainText('999 123 4578');
    await expect(sheet).toContainText(/\d+ of 1\d sources answered|All 1\d sources answered/);
    const said = await sheet.evaluate((one: HTMLElement) => one.innerText);
    expect(said).toMatch(/This print leaves out: Summary\.\s+Documents\.\s+Sources\./);
    await expect(page.locator('.sheet:not(.whole)')).toBeHidden();
    for (const left of ['#s-doc', '#s-src', 'section.panel >> nth=0']) await expect(page.locator(left)).toBeHidden();
    for (const kept of ['#s-med', '#s-row', '#complete', '.banner']) await expect(page.locator(kept)).toBeVisible();
    await expect(page.locator('aside')).toBeHidden();

    await page.emulateMedia({ media: 'screen' });
    for (const there of ['#s-doc', '#s-src']) await expect(page.locator(there), 'the screen keeps every chapter').toBeVisible();
    await host.context().close();
  });
}

test('on paper every sheet has its line (HAZ-053)', async ({ browser }) => {
  const host = await newPage(browser, WIDTHS[0]!, true);
  await openPatient(host);
  const page = await openInWindow(host);
  const whole = await page.pdf({ format: 'A4' });
  await page.getByRole('checkbox', { name: 'Documents', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'Results', exact: true }).uncheck();
  const less = await page.pdf({ format: 'A4' });
  const sheets = (file: Buffer) => file.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(sheets(less), 'less paper').toBeLessThan(sheets(whole));
  await host.context().close();
});
