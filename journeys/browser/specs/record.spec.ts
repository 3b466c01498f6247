// From the host's button to the record, in a panel and in a window, at two widths, with script and without.
// shows: R1, R7, R29, R30, R31
import { expect, test } from '@playwright/test';
import { DOREEN, DOREENS_NUMBER, newPage, openInPanel, openInWindow, openPatient, WIDTHS, type Record } from '../support/host.ts';
import { layoutShift } from '../support/shift.ts';
import { Watch } from '../support/watch.ts';

/** What every complete record shows, whatever its frame. */
async function isWhole(record: Record): Promise<void> {
  await expect(record.getByRole('heading', { level: 1, name: DOREEN })).toBeVisible();
  await expect(record.getByText(DOREENS_NUMBER).first()).toBeVisible();
  await expect(record.locator('#complete')).toBeVisible();
  await expect(record.locator('#incomplete')).toBeHidden();
  await expect(record.locator('#s-med')).toContainText('One To Be Taken Twice A Day');
  await expect(record.locator('#s-alg')).toContainText('Trimethoprim');
  await expect(record.locator('section .cut').locator('visible=true')).toHaveCount(0);
}

for (const width of WIDTHS) {
  for (const script of [true, false]) {
    test.describe(`the record is whole at ${width} px with script ${script ? 'on' : 'off'} (HAZ-034, HAZ-052)`, () => {
      test('in the side panel of the host', async ({ browser }) => {
        const page = await newPage(browser, width, script);
        const watch = new Watch(page.context());
        await openPatient(page);
        await isWhole(await openInPanel(page));
        await page.screenshot({ path: `../../artefacts/panel-${width}-script-${script ? 'on' : 'off'}.png` });
        watch.isQuiet();
        await page.context().close();
      });

      test('in a window of its own', async ({ browser }) => {
        const page = await newPage(browser, width, script);
        const watch = new Watch(page.context());
        await openPatient(page);
        const record = await openInWindow(page);
        await isWhole(record);
        const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);
        await record.screenshot({ path: `../../artefacts/window-${width}-script-${script ? 'on' : 'off'}.png`, fullPage: true });
        watch.isQuiet();
        await page.context().close();
      });
    });
  }
}

test.describe('an address or a title never tells who it is about (HAZ-049)', () => {
  test('neither name nor number is in any address or title', async ({ browser }) => {
    const page = await newPage(browser, 1280, true);
    const watch = new Watch(page.context());
    await openPatient(page);
    const record = await openInWindow(page);
    expect(await record.title()).toMatch(/^Shared Care Record, opening [0-9A-Z]{4}-[0-9A-Z]{4}$/);
    for (const address of [...watch.addresses, record.url()]) {
      expect(decodeURIComponent(address)).not.toMatch(/testpatient|doreen|999 ?123 ?4578|1935/i);
    }
    const kept = await record.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
    expect(kept, 'nothing is kept in the browser').toEqual([0, 0, '']);
    await page.context().close();
  });
});

test.describe('what is being read does not move as answers land (HAZ-032)', () => {
  for (const width of WIDTHS) {
    test(`layout shift is at most 0.1 at ${width} px`, async ({ browser }) => {
      const page = await newPage(browser, width, true);
      await openPatient(page, 'TESTPATIENT', 'believable');
      const record = await openInWindow(page);
      expect(await layoutShift(record)).toBeLessThanOrEqual(0.1);
      await page.context().close();
    });
  }
});

test.describe('any entry is within two actions (HAZ-027)', () => {
  test('a link of the navigation leads to its section, with script off too', async ({ browser }) => {
    const page = await newPage(browser, 1280, false);
    await openPatient(page);
    const record = await openInWindow(page);
    await record.locator('nav').getByRole('link', { name: /Results/ }).click();
    await expect(record.locator('#s-res')).toBeInViewport();
    await page.context().close();
  });
});
