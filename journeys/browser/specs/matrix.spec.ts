// Every state a region can be in, with script and without, at three widths: the page is whole in its place, says what is missing in words,
// and breaks no rule of the browser's. Source: viewer.md section 12; HAZ-006, HAZ-007, HAZ-008, HAZ-011, HAZ-022, HAZ-034, HAZ-052.
// shows: R2, R51, R53, R54
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { withFaults } from '../support/faults.ts';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';
import { layoutShift } from '../support/shift.ts';
import { Watch } from '../support/watch.ts';

// One after another: they lay faults over one region.
test.describe.configure({ mode: 'default' });

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What a person may have nothing of; of people there is always the practice.
const HELD = ['pla', 'fra', 'ale', 'alg', 'med', 'pro', 'imm', 'res', 'con', 'doc', 'car'];
const CHAPTERS = [...HELD, 'peo', 'src'];

interface State {
  faults: Record<string, string>;
  /** Family name of the person. */
  person?: string;
  /** Who looks. */
  who?: string;
  says: (record: Page) => Promise<void>;
}

const family = (story: string) => ready('faulty').people.find((one) => one.story_key === story)!.name.split(' ').at(-1)!;
const complete = (record: Page) => record.locator('#complete');

const STATES: Record<string, State> = {
  'all is well': {
    faults: {},
    says: async (record) => {
      await expect(complete(record)).toContainText('11 sources answered');
      await expect(record.locator('#s-row')).toContainText('Known allergies');
    },
  },
  // Two answers one after the other: past the three seconds that a section waits, well within the six that a source has.
  'one source is seconds late': {
    faults: { provide: 'slow:1800' },
    says: async (record) => {
      await expect(complete(record)).toContainText(/11 sources answered, \d+ of them late \([^)]*Provide/);
      await expect(record.locator('section.late', { hasText: 'late answer from Provide' })).toBeVisible();
      await expect(record.locator('#s-car'), 'HAZ-006: what stood there stays as it was').toContainText(/Provide (had not answered at|answered late)/);
    },
  },
  'one source fails': {
    faults: { acute: '503' },
    says: async (record) => {
      await expect(complete(record)).toContainText('Acute did not answer');
      await expect(record.locator('#s-med'), 'HAZ-006: the section names who is missing').toContainText('Acute did not answer');
      await expect(record.locator('#s-row'), 'HAZ-012').toContainText('Allergies unavailable');
    },
  },
  'one source sends what nobody can read': {
    faults: { acute: 'malformed' },
    says: async (record) => expect(complete(record)).toContainText('Acute sent an answer we could not show'),
  },
  'a feed is older than agreed': {
    faults: {},
    says: async (record) => expect(complete(record).locator('.stale')).toContainText('older than agreed'),
  },
  'the role sees little': {
    faults: {},
    who: 'Ellis',
    says: async (record) => {
      await expect(record.locator('#row'), 'PAB-0008: no allergy row').toHaveCount(0);
      await expect(record.locator('nav')).toContainText('not shown for your role');
      await expect(record.locator('#s-med')).toContainText('your role does not include them');
    },
  },
  'nothing is held by anybody': {
    faults: {},
    person: 'sparse',
    says: async (record) => {
      await expect(record.locator('#s-row')).toContainText('Allergies not recorded');
      for (const chapter of HELD) {
        await expect(record.locator(`#s-${chapter} .empty`).first(), chapter).toContainText(/^No .+ recorded by /);
        await expect(record.locator(`#s-${chapter} tbody tr`), chapter).toHaveCount(0);
      }
    },
  },
};

/** What holds of every complete record, whatever is in it. */
async function isSound(record: Page): Promise<void> {
  await expect(record.locator('#incomplete')).toBeHidden();
  await expect(record.locator('main > section:not(:has(> .end))'), 'every part has its end mark').toHaveCount(0);
  await expect(record.locator('section .cut').locator('visible=true')).toHaveCount(0);
  for (const chapter of CHAPTERS) await expect(record.locator(`#s-${chapter}`), chapter).toBeAttached();
  const text = await record.locator('main').innerText();
  expect(text, 'absence is always worded').not.toMatch(/(^|\s)(N\/A|null|undefined|None)(\s|$)/m);
  const shape = await record.evaluate(() => ({
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    headings: [...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1])),
    slots: [...document.querySelectorAll('main > .slot')].filter((slot) => slot.getBoundingClientRect().height > 0).length,
  }));
  expect(shape.wide, 'HAZ-052: nothing is off to the side').toBeLessThanOrEqual(0);
  expect(shape.slots, 'every slot is filled').toBe(0);
  shape.headings.reduce((above, here) => {
    expect(here, 'no level of heading is left out').toBeLessThanOrEqual(above + 1);
    return here;
  }, 0);
  expect(await record.title()).toMatch(/^Shared Care Record, opening [0-9A-Z]{4}-[0-9A-Z]{4}$/);
}

/** Once for each state: at every width of a whole record see accessible.spec.ts. */
async function isForEverybody(record: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: record }).withTags(RULES).analyze();
  expect(violations.map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 160)}`)).toEqual([]);
}

for (const [name, state] of Object.entries(STATES)) {
  test.describe(name, () => {
    for (const width of [...WIDTHS, 320]) {
      for (const script of [true, false]) {
        test(`at ${width} px with script ${script ? 'on' : 'off'}`, async ({ browser }) => {
          await withFaults(state.faults, async () => {
            const page = await newPage(browser, width, script);
            const watch = new Watch(page.context(), [ready('faulty').host_url, ready('faulty').gateway_url]);
            await openPatient(page, state.person ? family(state.person) : undefined, 'faulty', state.who);
            const record = await openInWindow(page);
            await state.says(record);
            await isSound(record);
            if (script && width === 480) await isForEverybody(record);
            const file = `${name.replaceAll(' ', '-')}-${width}-script-${script ? 'on' : 'off'}`;
            await record.screenshot({ path: `../../artefacts/matrix/${file}.png` });
            watch.isQuiet();
            await page.context().close();
          });
        });
      }
    }
  });
}

test.describe('an objection shows nothing of anybody (HAZ-022)', () => {
  for (const width of [...WIDTHS, 320]) {
    for (const script of [true, false]) {
      test(`at ${width} px with script ${script ? 'on' : 'off'}`, async ({ browser }) => {
        const page = await newPage(browser, width, script);
        await openPatient(page, family('objection'), 'faulty');
        const opening = page.waitForEvent('popup');
        await page.getByRole('button', { name: 'Open in new window' }).click();
        const record = await opening;
        await expect(record.getByText('This person has objected to sharing through this record.')).toBeVisible();
        await expect(record.locator('section')).toHaveCount(0);
        await page.context().close();
      });
    }
  }
});

test.describe('what is being read does not move where four sources are late (HAZ-032)', () => {
  for (const width of WIDTHS) {
    test(`layout shift is at most 0.1 at ${width} px`, async ({ browser }) => {
      const slow = Object.fromEntries(['provide', 'essex', 'southend', 'thurrock'].map((source) => [source, 'slow:1800']));
      await withFaults(slow, async () => {
        const page = await newPage(browser, width, true);
        await openPatient(page, 'TESTPATIENT', 'faulty');
        const record = await openInWindow(page);
        expect(await record.locator('section.late').count(), 'they were late').toBeGreaterThanOrEqual(4);
        expect(await layoutShift(record)).toBeLessThanOrEqual(0.1);
        // What stands behind the press is one press away.
        await expect(complete(record)).toContainText(/[4-9] of them late/);
        await expect(record.locator('.further')).toBeHidden();
        await record.getByRole('checkbox', { name: /^Show \d+ further notes on sources/ }).check();
        await expect(record.locator('.further')).toBeVisible();
        await expect(record.locator('.further')).toContainText('late: see below');
        await page.context().close();
      });
    });
  }
});
