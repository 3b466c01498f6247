// In an emergency, by those who have set nothing up: from the launch to allergies, the decision on resuscitation and the plans.
// shows: R8
import { expect, test } from '@playwright/test';
import { newPage, openInWindow, openPatient } from '../support/host.ts';
import { Walk } from '../support/walk.ts';

test.describe.configure({ timeout: 300_000 });

/** Who is called out, with the name on the host's sign-in page. */
const URGENT = [['paramedic', 'Cole'], ['out-of-hours doctor', 'Lindqvist']] as const;

for (const [role, who] of URGENT) {
  for (const width of [1280, 480]) {
    for (const script of [true, false]) {
      test(`a ${role} at ${width} px with script ${script ? 'on' : 'off'}: allergies, resuscitation and plans within two actions (HAZ-026, HAZ-027)`, async ({ browser }) => {
        const page = await newPage(browser, width, script);
        await openPatient(page, 'TESTPATIENT', 'prompt', who);
        let record = await openInWindow(page);
        for (let tries = 0; tries < 12 && await record.locator('section.late').count() > 0; tries += 1) {
          await record.close();
          record = await openInWindow(page);
        }
        const plans = record.locator('#s-p-pla');
        const facts = [
          ['allergies', record.locator('#s-row').getByText(/Penicillin allergy \(Rash/).first()],
          ['the decision on resuscitation', plans.locator('tr, li').filter({ hasText: /CPR\s+Not recommended/ }).first()],
          ['her wishes, with their date', plans.locator('tr, li').filter({ hasText: /18-Nov-2026|\d\d-\w{3}-\d{4}/ }).filter({ hasText: /ReSPECT/ }).first()],
        ] as const;
        for (const [fact, where] of facts) {
          const walk = await Walk.begin(record);
          await walk.see(where);
          console.log(`      ${role} | ${width} | script ${script ? 'on' : 'off'} | ${fact} | ${walk.count}`);
          expect(walk.count, fact).toBeLessThanOrEqual(2);
        }
        if (script) await record.screenshot({ path: `../../artefacts/urgent-${who.toLowerCase()}-${width}.png` });
        await page.context().close();
      });
    }
  }
}
