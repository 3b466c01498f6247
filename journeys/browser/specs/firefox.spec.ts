// The record in Firefox, as Debian has it: whole, within its policy, narrow, with script and without, and a document of it.
// Playwright cannot drive that Firefox (see the viewer's checklist), so it is driven over WebDriver BiDi.
import { existsSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import puppeteer, { type Page } from 'puppeteer-core';
import { ready } from '../support/demo.ts';

const FIREFOX = process.env.SHCR_FIREFOX ?? '/usr/bin/firefox-esr';
const CHAPTERS = ['pla', 'fra', 'ale', 'alg', 'med', 'pro', 'imm', 'res', 'con', 'doc', 'car', 'peo', 'src'];

/** Presses the first that holds the words, and waits for where it leads: what the driver brings to wait for more needs script in the page. */
async function press(page: Page, selector: string, words = ''): Promise<void> {
  const led = page.waitForNavigation({ timeout: 60_000 });
  await page.evaluate((all, held) => {
    const one = [...document.querySelectorAll<HTMLElement>(all)].find((each) => each.textContent!.includes(held))!;
    one.closest('form')?.removeAttribute('target');
    one.click();
  }, selector, words);
  await led;
}

/** From the host to Doreen's record, in the one window. */
async function openRecord(page: Page): Promise<void> {
  await page.goto(ready().host_url);
  await press(page, 'button', 'Okafor');
  await press(page, 'a', 'TESTPATIENT,');
  await press(page, 'form[target="_blank"] button');
  expect(await page.$('#complete'), 'the record is complete').not.toBeNull();
}

for (const script of [true, false]) {
  test(`the record is whole in Firefox, script ${script ? 'on' : 'off'} (HAZ-034, HAZ-052)`, async () => {
    test.skip(!existsSync(FIREFOX), `NOT TESTED IN FIREFOX: there is no ${FIREFOX}; install firefox-esr`);
    const browser = await puppeteer.launch({
      browser: 'firefox', executablePath: FIREFOX, headless: true,
      extraPrefsFirefox: script ? {} : { 'javascript.enabled': false },
    });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => { if (['error', 'warn'].includes(message.type())) complaints.push(message.text()); });
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.setViewport({ width: 1280, height: 900 });
      await openRecord(page);
      const seen = await page.evaluate((chapters) => ({
        ended: chapters.filter((area) => document.querySelector(`#s-${area} > .end`) !== null),
        waiting: [...document.querySelectorAll('main > .slot')].filter((slot) => slot.getBoundingClientRect().height > 0).length,
        notice: getComputedStyle(document.querySelector('#incomplete')!).visibility,
        name: document.querySelector('h1')!.textContent,
        placed: chapters.every((area) => document.getElementById(area)!.nextElementSibling?.id === `s-${area}`),
      }), CHAPTERS);
      expect(seen.ended).toEqual(CHAPTERS);
      expect([seen.waiting, seen.notice]).toEqual([0, 'hidden']);
      expect(seen.name).toContain('TESTPATIENT');
      expect(seen.placed, 'the script ran, or did not').toBe(script);
      for (const width of [1280, 480, 320]) {
        await page.setViewport({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, `HAZ-052: nothing is off to the side at ${width} px`).toBeLessThanOrEqual(0);
        await page.screenshot({ path: `../../artefacts/firefox-${width}-script-${script ? 'on' : 'off'}.png` });
      }
      await press(page, '#s-doc button.open');
      expect(await page.$('iframe[name="document"]'), 'a document opens').not.toBeNull();
      expect(complaints, 'no error, warning or policy violation').toEqual([]);
    } finally {
      await browser.close();
    }
  });
}
