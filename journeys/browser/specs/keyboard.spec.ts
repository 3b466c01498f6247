// The record by keyboard alone: in the order it is read, never behind the banner, every stop seen and large enough, no letter a command.
// shows: R53
import { expect, test, type Page } from '@playwright/test';
import { newPage, openInWindow, openPatient, WIDTHS } from '../support/host.ts';

interface Stop {
  words: string;
  top: number;
  banner: number;
  height: number;
  width: number;
  marked: boolean;
  isControl: boolean;
  order: number;
}

/** What has the focus, where it is, and whether one can see that it has. */
function stop(page: Page): Promise<Stop | null> {
  return page.evaluate(() => {
    const one = document.activeElement as HTMLElement | null;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    const all = [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex]')];
    return {
      words: `${one.tagName} ${(one.textContent ?? '').trim().slice(0, 40)}`,
      top: box.top, height: box.height, width: box.width,
      banner: document.querySelector('header')?.getBoundingClientRect().bottom ?? 0,
      marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== 'none',
      // A box to tick is smaller, with room around it: that is axe's to measure.
      isControl: one.matches('button,select,textarea,summary,input:not([type=checkbox],[type=radio])'),
      order: all.indexOf(one),
    };
  });
}

for (const width of WIDTHS) {
  test(`the record is walked by keyboard alone at ${width} px (HAZ-052)`, async ({ browser }) => {
    const page = await newPage(browser, width, true);
    await openPatient(page);
    const record = await openInWindow(page);
    await record.keyboard.press('Tab');
    expect((await stop(record))!.words, 'the first stop skips to the record').toContain('Skip to the record');
    let before = -1;
    for (let stops = 0; stops < 80; stops += 1) {
      const here = (await stop(record))!;
      expect(here.order, `in the order of the page: ${here.words}`).toBeGreaterThan(before);
      before = here.order;
      expect(here.marked, `it is seen to have the focus: ${here.words}`).toBe(true);
      const inBanner = await record.evaluate(() => document.activeElement!.closest('header') !== null);
      if (!inBanner && stops > 0) expect(here.top, `not behind the banner: ${here.words}`).toBeGreaterThanOrEqual(here.banner - 1);
      if (here.isControl) expect(Math.min(here.height, here.width), `a target of 24 px: ${here.words}`).toBeGreaterThanOrEqual(24);
      await record.keyboard.press('Tab');
    }
    await page.context().close();
  });
}

test('details open, words are found and all comes back, without a mouse; no letter alone does anything', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  const before = await record.locator('main').innerText();
  for (const letter of 'abcdefghijklmnopqrstuvwxyz/?') await record.keyboard.press(letter);
  expect(await record.locator('main').innerText(), 'HAZ-052: no single letter is a command').toBe(before);
  await record.locator('#s-alg summary').first().focus();
  await record.keyboard.press('Enter');
  await expect(record.locator('#s-alg details[open]').first()).toBeVisible();
  await record.locator('#q').focus();
  await record.keyboard.type('apixaban');
  await expect(record.locator('#found')).toBeVisible();
  await record.keyboard.press('Escape');
  await expect(record.locator('#found')).toBeHidden();
  await page.context().close();
});
