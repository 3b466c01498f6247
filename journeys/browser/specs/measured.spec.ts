// What only a browser can measure: the contrast of what has the focus, a name as long as names can be, the room of a target.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';

/** One of each kind of thing that can have the focus. */
const STOPS = [
  '#s-row a', '#q', '#find button', '#extend button', '#hide', '#s-med summary', '#s-med input', '#s-doc .filter summary',
  '#s-doc button.open', '#s-p-doc a.open, #s-doc a.open', '#complete a', 'footer a', 'footer summary', '.colours input', '#sheets button',
];

/** How many pixels of the place differ by at least 3 to 1 between two pictures of it. Source: WCAG 2.2, 2.4.13, relative luminance. */
function changed(judge: Page, pictures: [Buffer, Buffer]): Promise<number> {
  return judge.evaluate(async (encoded) => {
    const read = async (base64: string) => {
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    };
    const light = (data: Uint8ClampedArray, at: number) => {
      const [r, g, b] = [0, 1, 2].map((n) => data[at + n] / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    const [before, after] = [await read(encoded[0]), await read(encoded[1])];
    let count = 0;
    for (let at = 0; at < before.length; at += 4) {
      const [one, other] = [light(before, at), light(after, at)];
      if (Math.max(one, other) / Math.min(one, other) >= 3) count += 1;
    }
    return count;
  }, pictures.map((picture) => picture.toString('base64')) as [string, string]);
}

async function focusIsSeen(browser: Browser, colours: 'light' | 'dark', width: number): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'en-GB', colorScheme: colours });
  const page = await context.newPage();
  await openPatient(page);
  let record = await openInWindow(page);
  // A record in which no answer came late has all its chapters: on a busy machine it is opened again.
  for (let tries = 0; tries < 8 && await record.locator('section.late').count() > 0; tries += 1) {
    await record.close();
    record = await openInWindow(page);
  }
  const judge = await (await browser.newContext()).newPage();
  // In a narrow window the navigation is folded behind a box to tick, which in a wide one is no stop at all.
  await expect(record.locator('#go')).toBeVisible({ visible: width < 640 });
  for (const stop of [width < 640 ? '#go' : 'nav a', ...STOPS]) {
    const one = record.locator(stop).locator('visible=true').first();
    await expect(one, stop).toBeVisible();
    await one.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await record.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const box = (await one.boundingBox())!;
    const clip = { x: Math.max(0, box.x - 8), y: Math.max(0, box.y - 8), width: box.width + 16, height: box.height + 16 };
    const picture = () => record.screenshot({ clip, animations: 'allow', caret: 'hide' });
    const before = await picture();
    // As a key does, so that the browser shows it.
    await record.keyboard.press('Shift');
    await one.evaluate((element) => (element as HTMLElement).focus({ focusVisible: true, preventScroll: true } as FocusOptions));
    const pixels = await changed(judge, [before, await picture()]);
    // As many as a line of two pixels round it has.
    expect(pixels, `HAZ-052: ${colours}: ${stop}`).toBeGreaterThanOrEqual(2 * 2 * (box.width + box.height) * 0.9);
  }
  await judge.context().close();
  await context.close();
}

for (const [colours, width] of [['light', 1280], ['dark', 480]] as const) {
  test(`what has the focus differs by 3 to 1 from what had not, in ${colours} colours at ${width} px (HAZ-052)`, async ({ browser }) => {
    await focusIsSeen(browser, colours, width);
  });
}

const FAMILY = "FEATHERSTONEHAUGH-O'SHAUGHNESSY-LEE";
const GIVEN = "Wilhelmina-Anne-Maria-O'Connor-Jane";

for (const width of [...WIDTHS, 320]) {
  test(`a name of twice 35 characters is whole at ${width} px, and the number stands on one line (HAZ-001)`, async ({ browser }) => {
    expect([FAMILY.length, GIVEN.length]).toEqual([35, 35]);
    const page = await newPage(browser, width, true);
    // Nobody of the region is called so: the page as the gateway sent it, with another name in it.
    await page.context().route(/\/s\/[^/]+\/$/, async (route) => {
      const answer = await route.fetch();
      const body = (await answer.text()).replaceAll('TESTPATIENT', FAMILY.replace("'", '&#39;')).replaceAll('Doreen', GIVEN.replace("'", '&#39;'));
      await route.fulfill({ response: answer, body });
    });
    await openPatient(page);
    const record = await openInWindow(page);
    // A page that was redirected to is not intercepted; one that is opened again is.
    await record.reload({ waitUntil: 'domcontentloaded' });
    const name = record.getByRole('heading', { level: 1 });
    await expect(name).toContainText(`${FAMILY}, ${GIVEN} (Mrs)`);
    const said = await name.evaluate((one) => {
      const banner = document.querySelector('header')!.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(one);
      const boxes = [...range.getClientRects()];
      const clips = (from: Element | null): boolean => from !== null && from !== document.documentElement
        && (from.scrollWidth > from.clientWidth + 1 && getComputedStyle(from).overflowX !== 'visible'
          || getComputedStyle(from).textOverflow === 'ellipsis' || clips(from.parentElement));
      return {
        left: Math.min(...boxes.map((box) => box.left)), right: Math.max(...boxes.map((box) => box.right)),
        bottom: Math.max(...boxes.map((box) => box.bottom)), banner: banner.bottom, clipped: clips(one),
      };
    });
    expect(said.left).toBeGreaterThanOrEqual(0);
    expect(said.right).toBeLessThanOrEqual(width);
    expect(said.bottom).toBeLessThanOrEqual(said.banner);
    expect(said.clipped, 'PAB-0025, 0028: never cut').toBe(false);
    const number = record.getByRole('banner').getByText('999 123 4578').first();
    const lines = await number.evaluate((one) => {
      const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
      for (let node = words.nextNode(); node; node = words.nextNode()) {
        const at = (node as Text).data.replaceAll('\u00a0', ' ').indexOf('999 123 4578');
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 12);
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
      }
      return 0;
    });
    expect(lines, 'NUM-0002').toBe(1);
    const wide = await record.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, 'HAZ-052').toBeLessThanOrEqual(0);
    await record.screenshot({ path: `../../artefacts/long-name-${width}.png` });
    const hide = (await record.locator('#hide').boundingBox())!;
    expect(Math.min(hide.width, hide.height), 'a target of 24 px').toBeGreaterThanOrEqual(24);
    await page.context().close();
  });
}
