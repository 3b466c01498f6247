// Ten things looked up in Doreen's record by a ward doctor, each from the opened record and from its top: what it takes is counted by whoever
// walks, and the fact is in sight at the end. None takes more than docs/look-up/viewer-checklist.md says, nor more than two.
// shows: R13
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient } from '../support/host.ts';
import { panel, row, section } from '../support/places.ts';
import { Walk } from '../support/walk.ts';

// A record is opened again for each, and where an answer came late.
test.describe.configure({ timeout: 600_000 });

interface Task {
  task: string;
  /** From the top of the record to the fact in sight. */
  look: (walk: Walk, record: Page) => Promise<void>;
}

const DAY = String.raw`\d\d-\w{3}-\d{4}`;
const words = (text: string) => new RegExp(text);

/** It is in the chapter the navigation leads to. */
const chapter = (name: RegExp, area: string, text: RegExp): Task['look'] => async (walk, record) => {
  await walk.press(section(record, name));
  await walk.see(row(record, area, text));
};

/** The browser's own reader of PDF has it. Its words are looked at as text afterwards, which whoever reads the letter need not do. */
async function isThatLetter(record: Page, said: RegExp): Promise<void> {
  const shown = () => record.frames().find((one) => one.url().includes('/b/'))?.evaluate(() => document.contentType).catch(() => '');
  await expect.poll(shown).toBe('application/pdf');
  // The reader may still be moving in when the frame is told to show something else.
  await expect(async () => {
    await record.getByRole('link', { name: 'Show its text' }).click();
    await expect(record.frameLocator('iframe[title^="Document: "]').locator('body')).toContainText(said, { timeout: 3000 });
  }).toPass({ timeout: 60_000 });
}

const TASKS: Task[] = [
  {
    task: 'Is she for resuscitation, and since when is that said?',
    look: (walk, record) => walk.see(panel(record, 'pla', words(`${DAY} ReSPECT.*Not for attempted cardiopulmonary resuscitation.*CPR Not recommended`))),
  },
  {
    task: 'Which anticoagulant does she take, and how much by which list?',
    look: (walk, record) => walk.see(panel(record, 'med', /Apixaban.*GP repeat One To Be Taken Twice A Day.*Acute discharge list 2\.5 mg twice a day/)),
  },
  {
    task: 'What did penicillin do to her?',
    look: async (walk, record) => {
      await walk.press(record.locator('#s-row').getByRole('link', { name: 'All allergies' }));
      await walk.press(row(record, 'alg', 'Penicillin').locator('summary').first());
      await walk.see(record.locator('#s-alg').getByText(/Widespread rash on day 3 of amoxicillin\. No breathing difficulty/).locator('visible=true').first());
    },
  },
  {
    task: 'What was her last eGFR, and what before that?',
    look: chapter(/^Results/, 'res', words(`eGFR.*31 mL/min.*${DAY}.*38 mL/min.*${DAY}`)),
  },
  {
    task: 'What does the latest discharge letter say?',
    look: async (walk, record) => {
      await walk.press(section(record, /^Documents/));
      await walk.press(row(record, 'doc', 'Discharge summary: care of older people').getByRole('button', { name: /^Open/ }).first());
      await walk.see(record.getByRole('heading', { level: 1, name: 'Discharge summary: care of older people' }));
      // Its few lines stand in the upper half of their page.
      await expect(record.locator('iframe[title^="Document: "]')).toBeInViewport({ ratio: 0.5 });
      await isThatLetter(record, /Apixaban reduced to 2\.5 mg twice a day\. Please stop amlodipine if postural drop\s+persists/);
    },
  },
  {
    task: 'Who comes to her home, when, and for what?',
    look: chapter(/^Care/, 'car', /Care and support plan.*Four visits a day, single handed\. Harbour Home Care.*Morning visit: 45 minutes/),
  },
  {
    task: 'When did she last fall, and how was she found?',
    look: (walk, record) => walk.see(panel(record, 'fra', words(`${DAY} Fall.*Found on bathroom floor by carer`))),
  },
  {
    task: 'When is her next appointment, and with whom?',
    look: chapter(/^Contacts/, 'con', words(`${DAY}.*Appointment.*Falls service review.*NELFT`)),
  },
  {
    task: 'How frail was she judged to be, when, and by whom?',
    look: chapter(/^Frailty/, 'fra', words(`Clinical Frailty Scale.*7.*${DAY}.*Provide.*6, ${DAY}`)),
  },
  {
    task: 'Who decides for her when she cannot?',
    look: chapter(/^Plans/, 'pla', /Lasting power of attorney for health and welfare.*Attorney: daughter/),
  },
];

/** The record from its top, opened anew in the same window, without an answer that came late: on a busy machine it is opened again. */
async function again(record: Page, address: string): Promise<void> {
  for (let tries = 0; tries < 12; tries += 1) {
    await record.goto(address);
    await expect(record.locator('#complete')).toBeAttached();
    if (await record.locator('section.late').count() === 0) return;
  }
}

/** What is published of that task: `| task | actions |`. */
function published(task: string): number {
  const lines = readFileSync('../../docs/look-up/viewer-checklist.md', 'utf8').split('\n');
  const actions = lines.find((line) => line.startsWith(`| ${task} |`))?.split('|')[2];
  return Number(actions ?? NaN);
}

for (const script of [true, false]) {
  test(`ten things are looked up in two actions each at most, script ${script ? 'on' : 'off'} (HAZ-027)`, async ({ browser }) => {
    const page = await newPage(browser, 1280, script);
    await openPatient(page);
    const record = await openInWindow(page);
    await record.setViewportSize({ width: 1280, height: 800 });
    const address = record.url();
    expect(TASKS.length).toBe(10);
    for (const { task, look } of TASKS) {
      await again(record, address);
      const walk = await Walk.begin(record);
      await look(walk, record);
      console.log(`      | ${task} | ${walk.count} | script ${script ? 'on' : 'off'}`);
      // A notice more or less on a busy machine may save a screen: none takes more than is published, and that is never more than two.
      expect(walk.count, task).toBeLessThanOrEqual(published(task));
      expect(published(task), task).toBeLessThanOrEqual(2);
    }
    await page.context().close();
  });
}
