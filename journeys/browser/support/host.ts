// The host system as a professional uses it: sign in, open the patient, press the button.
import { expect, type Browser, type FrameLocator, type Page } from '@playwright/test';
import { ready, type Pace } from './demo.ts';

/** The person of whom every partner holds something, as the patient list names her. */
export const DOREEN = 'TESTPATIENT, Doreen (Mrs)';
export const DOREENS_NUMBER = '999 123 4578';

export const WIDTHS = [1280, 480];

/** Signs in, as a doctor where nobody else is named, and opens a patient's page. */
export async function openPatient(page: Page, family = 'TESTPATIENT', pace: Pace = 'prompt', who = 'Okafor'): Promise<void> {
  await page.goto(ready(pace).host_url);
  await page.getByRole('button', { name: who }).click();
  await page.getByRole('link', { name: new RegExp(`^${family},`) }).click();
  await expect(page.getByRole('heading', { level: 1, name: new RegExp(`^${family},`) })).toBeVisible();
}

/** Presses the side panel's button; gives the record within its frame, once it is complete. */
export async function openInPanel(page: Page): Promise<FrameLocator> {
  await page.getByRole('button', { name: 'Shared Care Record', exact: true }).click();
  const record = page.frameLocator('iframe[title="Shared Care Record"]');
  await expect(record.locator('#complete')).toBeAttached();
  return record;
}

/** Presses the new window's button; gives that window once its record is complete. */
export async function openInWindow(page: Page): Promise<Page> {
  const opening = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Open in new window' }).click();
  const record = await opening;
  await expect(record.locator('#complete')).toBeAttached();
  return record;
}

/** The launch link the host's server was granted, not yet followed. */
export async function launchLink(page: Page): Promise<string> {
  const action = await page.locator('form[target="_blank"]').getAttribute('action');
  const answer = await page.request.post(ready().host_url + action, { form: { view: 'window' }, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  return answer.headers()['location']!;
}

/** Something to read a page by: a frame or a window. */
export type Record = Pick<Page, 'locator' | 'getByText' | 'getByRole'>;

/** A context of its own, so that each opening has its own host session. */
export async function newPage(browser: Browser, width: number, script: boolean): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled: script, locale: 'en-GB' });
  return context.newPage();
}
