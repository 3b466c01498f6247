// A record cut on its way says so by itself: cut within a section or between two, by a reset or by an end that looks proper.
import { expect, test } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { Cutter, type Cut } from '../support/cut.ts';
import { launchLink, newPage, openPatient } from '../support/host.ts';

const WITHIN = { after: 'id="s-med"', more: 400 };
const BETWEEN = { after: '</section>', more: 0 };

for (const script of [true, false]) {
  test.describe(`a cut record is never taken for a whole one, script ${script ? 'on' : 'off'} (HAZ-033)`, () => {
    for (const how of ['reset', 'clean end'] as const) {
      for (const [where, place] of Object.entries({ 'within a section': WITHIN, 'between sections': BETWEEN })) {
        test(`${how} ${where}`, async ({ browser }) => {
          const page = await newPage(browser, 1280, script);
          await openPatient(page);
          const link = await launchLink(page);
          const cut: Cut = { ...place, how };
          const cutter = await Cutter.start(ready().gateway_url, cut);
          await page.goto(cutter.through(link), { waitUntil: 'commit' });
          await expect(page.getByText('This page has not finished loading. Do not rely on it.').first()).toBeVisible();
          await expect(page.locator('#complete')).toHaveCount(0);
          if (place === WITHIN) {
            await expect(page.locator('#s-med .cut'), 'the section itself says that it is cut').toBeVisible();
          }
          await page.screenshot({ path: `../../artefacts/cut-${how.replace(' ', '-')}-${where.replaceAll(' ', '-')}-script-${script ? 'on' : 'off'}.png` });
          cutter.stop();
          await page.context().close();
        });
      }
    }
  });
}
