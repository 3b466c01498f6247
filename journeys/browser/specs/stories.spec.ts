// Ten people of the region, each opened by somebody who would open them: the three facts that matter most are found, and what it takes
// is counted. What is on the first screen takes nothing; a press, something typed and a further screen are one action each.
// shows: R1, R4, R7, R60
import { appendFileSync, mkdirSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { openInWindow, openPatient } from '../support/host.ts';
import { panel, row, section } from '../support/places.ts';
import { Walk } from '../support/walk.ts';

// A record is opened again where an answer came late.
test.describe.configure({ timeout: 300_000 });

interface Fact {
  fact: string;
  /** Actions, and no more. */
  at_most: number;
  /** From the top of the record; the last one of a story may leave it. */
  find: (walk: Walk, record: Page) => Promise<void>;
}

interface Story {
  family: string;
  role: string;
  who: string;
  facts: Fact[];
}

/** It is among the first lines of that part. */
const first = (area: string, words: string | RegExp): Fact['find'] => (walk, record) => walk.see(panel(record, area, words));

/** It is in the chapter the navigation leads to. */
const chapter = (name: RegExp, area: string, words: string | RegExp): Fact['find'] => async (walk, record) => {
  await walk.press(section(record, name));
  await walk.see(row(record, area, words));
};

const STORIES: Story[] = [
  {
    family: 'TESTPATIENT', role: 'GP', who: 'Vane',
    facts: [
      { fact: 'apixaban: the ward’s list and the practice’s say different strengths', at_most: 0, find: first('med', /Apixaban.*differs/) },
      {
        fact: 'clinical frailty scale 7, before it 6', at_most: 1,
        find: async (walk, record) => {
          await walk.press(section(record, /^Frailty/));
          await walk.see(row(record, 'fra', /clinical frailty scale.*7.*before that 6/i));
        },
      },
      {
        fact: 'the discharge summary, opened', at_most: 2,
        find: async (walk, record) => {
          await walk.press(panel(record, 'doc', 'Discharge summary').getByRole('link', { name: /^Open/ }).first());
          await walk.see(record.getByRole('heading', { level: 1, name: /Discharge summary/ }));
        },
      },
    ],
  },
  {
    family: 'SAMPLE', role: 'pharmacist', who: 'Foss',
    facts: [
      { fact: 'aspirin: stopped by the ward, still on the repeat list', at_most: 0, find: first('med', /Aspirin.*Stopped .*, still on GP repeat/) },
      { fact: 'naproxen: the same', at_most: 0, find: first('med', /Naproxen.*Stopped .*, still on GP repeat/) },
      { fact: 'eGFR 34, before it 42', at_most: 0, find: first('res', /eGFR 34.*Before 42/) },
    ],
  },
  {
    family: 'PLACEHOLDER', role: 'ward doctor', who: 'Okafor',
    facts: [
      { fact: 'penicillin: anaphylaxis, severe, from the trust', at_most: 0, find: (walk, record) => walk.see(record.locator('#s-row').getByText(/Penicillin allergy \(Anaphylaxis/).first()) },
      { fact: 'the practice has no known allergies: sources differ', at_most: 0, find: (walk, record) => walk.see(record.locator('#s-row').getByText(/recorded by GP.*Sources differ/).first()) },
      {
        fact: 'what happened: collapse within minutes of co-amoxiclav', at_most: 2,
        find: async (walk, record) => {
          await walk.press(record.locator('#s-row').getByRole('link', { name: 'All allergies' }));
          const entry = row(record, 'alg', 'Penicillin');
          if (!await record.locator('#s-alg').getByText(/Collapse within minutes/).first().isVisible()) await walk.press(entry.locator('summary').first());
          await walk.see(record.locator('#s-alg').getByText(/Collapse within minutes/).locator('visible=true').first());
        },
      },
    ],
  },
  {
    family: 'SPECIMEN', role: 'paramedic', who: 'Cole',
    facts: [
      {
        fact: 'two ReSPECT forms that contradict each other, both with their date', at_most: 0,
        find: async (walk, record) => {
          await walk.see(panel(record, 'pla', /2 entries differ.*\d\d-\w{3}-\d{4}.*CPR Not recommended/));
          await walk.see(panel(record, 'pla', /\d\d-\w{3}-\d{4}.*CPR Recommended/));
        },
      },
      { fact: 'a decision not to attempt resuscitation is in force', at_most: 0, find: first('pla', 'Decision in force') },
      {
        fact: 'the trust’s signed form, opened', at_most: 1,
        find: async (walk, record) => {
          await walk.press(panel(record, 'pla', /ReSPECT form.*Acute/).getByRole('link', { name: /^Open/ }));
          await walk.see(record.getByRole('heading', { level: 1, name: /ReSPECT form/ }));
        },
      },
    ],
  },
  {
    family: 'EXEMPLAR', role: 'district nurse', who: 'Bright',
    facts: [
      { fact: 'preferred place of death: home', at_most: 0, find: first('pla', /Preferred place of death Home/) },
      { fact: 'at night the hospice line before 999', at_most: 0, find: first('pla', /Call the hospice line before 999/) },
      { fact: 'anticipatory morphine is in the house, with its dose', at_most: 1, find: chapter(/^Medicines/, 'med', /Morphine 10mg\/1ml.*2\.5mg to 5mg subcutaneously/) },
    ],
  },
  {
    family: 'FICTION', role: 'social worker', who: 'Dean',
    facts: [
      { fact: 'if her husband is ill: emergency respite, then her daughter', at_most: 0, find: first('car', /If the husband is ill or away: emergency respite/) },
      { fact: 'whom to call first', at_most: 0, find: first('car', /First call: Duty desk 01632960917/) },
      { fact: 'what came of the carer’s assessment', at_most: 1, find: chapter(/^Care/, 'car', /Outcome of assessment.*Carer's assessment/) },
    ],
  },
  {
    family: 'INVENTED', role: 'paramedic', who: 'Cole',
    facts: [
      { fact: 'whom to call in his crisis', at_most: 0, find: first('pla', /Who to call Crisis line, 01632960911/) },
      { fact: 'what helps, and what does not', at_most: 0, find: first('pla', /What helps Quiet room.*What does not help Police at the door/) },
      { fact: 'he takes lithium', at_most: 1, find: chapter(/^Medicines/, 'med', /Lithium carbonate 400mg/i) },
    ],
  },
  {
    family: 'NOBODY', role: 'social worker', who: 'Dean',
    facts: [
      { fact: 'known to safeguarding at Southend since this month', at_most: 1, find: chapter(/^Alerts/, 'ale', /Known to safeguarding.*Southend/) },
      { fact: 'an earlier one at Thurrock, completed', at_most: 1, find: chapter(/^Alerts/, 'ale', /Known to safeguarding.*completed.*Thurrock/) },
      { fact: 'an injured wrist at the emergency department two days before', at_most: 1, find: first('con', /Emergency department attendance.*Wrist injury/) },
    ],
  },
  {
    family: 'TEMPLATE', role: 'district nurse', who: 'Bright',
    facts: [
      { fact: 'the catheter was changed twenty days ago, next in twelve weeks', at_most: 1, find: first('con', /Catheter change.*Next in twelve weeks/) },
      { fact: 'a dog in the house: telephone first', at_most: 1, find: chapter(/^Alerts/, 'ale', /Dog in the house: telephone first/) },
      { fact: 'four visits a day by two carers each', at_most: 1, find: first('car', /Four visits a day, two carers each/) },
    ],
  },
];

/** A record in which no answer came late: on a busy machine it is opened again. */
async function record(page: Page, story: Story): Promise<Page> {
  await openPatient(page, story.family, 'prompt', story.who);
  for (let tries = 0; ; tries += 1) {
    const shown = await openInWindow(page);
    if (tries === 12 || await shown.locator('section.late').count() === 0) return shown;
    await shown.close();
  }
}

function told(line: string[]): void {
  mkdirSync('../../artefacts', { recursive: true });
  appendFileSync('../../artefacts/stories.md', `| ${line.join(' | ')} |\n`);
  console.log(`      ${line.join(' | ')}`);
}

for (const story of STORIES) {
  test(`${story.family} by a ${story.role}: three facts, none further than two actions (HAZ-027)`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    const shown = await record(await context.newPage(), story);
    for (const { fact, at_most, find } of story.facts) {
      const walk = await Walk.begin(shown);
      await find(walk, shown);
      told([story.family, story.role, fact, String(walk.count)]);
      expect(walk.count, fact).toBeLessThanOrEqual(at_most);
    }
    await context.close();
  });
}

test('DUMMY by a ward doctor: who she is, that she objects, and the way in an emergency, without an action (HAZ-022)', async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  await openPatient(page, 'DUMMY');
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Open in new window' }).click();
  const shown = await opening;
  const walk = await Walk.begin(shown);
  const facts: [string, ReturnType<Page['locator']>][] = [
    ['her name and date of birth', shown.getByRole('heading', { level: 1, name: /^DUMMY, Olive/ })],
    ['she has objected, and nothing is shown', shown.getByText('This person has objected to sharing through this record.')],
    ['the way to emergency access', shown.getByRole('link', { name: 'Emergency access' })],
  ];
  for (const [fact, where] of facts) {
    await walk.see(where);
    told(['DUMMY', 'ward doctor', fact, String(walk.count)]);
  }
  expect(walk.count).toBe(0);
  await context.close();
});
