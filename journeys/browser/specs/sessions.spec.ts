// How a view begins, is kept and ends in a real browser: cookies, frames, other charts, the way back, somebody else's turn.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type BrowserContext, type Page, type Request } from '@playwright/test';
import { ready } from '../support/demo.ts';
import { DOREENS_NUMBER, launchLink, newPage, openInPanel, openInWindow, openPatient } from '../support/host.ts';

const COOKIE = '__Host-shcr';
const MOVED = 'Ended: your system moved to another person.';

async function ours(context: BrowserContext) {
  return (await context.cookies()).filter((cookie) => cookie.name === COOKIE);
}

/** The session cookies a request carried. */
async function carried(request: Request): Promise<string[]> {
  const header = (await request.allHeaders())['cookie'] ?? '';
  return header.split('; ').filter((pair) => pair.startsWith(`${COOKIE}=`)).map((pair) => pair.split('=')[1]!);
}

/** Nothing of Doreen stands on the page, and the words do. */
async function isBlank(page: Page, words: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toContainText(words);
  expect(await page.content()).not.toContain(DOREENS_NUMBER);
  expect(await page.content()).not.toMatch(/testpatient/i);
}

// shows: T40
test('a window has a cookie of its own, a frame of another site a partitioned one, and each carries only its own (HAZ-002)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const context = page.context();
  await openPatient(page);
  await openInWindow(page);
  const [top] = await ours(context);
  expect(top).toMatchObject({ sameSite: 'Lax', secure: true, httpOnly: true, path: '/', domain: 'localhost', expires: -1 });
  expect(top!.partitionKey).toBeUndefined();

  const asked: Request[] = [];
  page.on('request', (request) => { if (request.frame() !== page.mainFrame()) asked.push(request); });
  await openInPanel(page);
  const both = await ours(context);
  const framed = both.find((cookie) => cookie.value !== top!.value);
  expect(both).toHaveLength(2);
  expect(framed).toMatchObject({ sameSite: 'None', secure: true, httpOnly: true, path: '/' });
  expect(framed!.partitionKey, 'of the host’s site').toContain('127.0.0.1');
  await expect.poll(() => asked.some((request) => request.url().endsWith('/state'))).toBe(true);
  for (const request of asked.filter((request) => /\/s\/[^/]+\/(state)?$/.test(request.url()))) {
    expect(await carried(request), `in the frame ${new URL(request.url()).pathname.split('/').pop()}`).toEqual([framed!.value]);
  }
  const window = await context.newPage();
  const state = window.waitForRequest((request) => request.url().endsWith('/state'));
  await page.bringToFront();
  await window.goto(await launchLink(page));
  expect(await carried(await state), 'in the window').not.toContain(framed!.value);
  await context.close();
});

// shows: T41
test('a page that is not the launching host’s shows nothing in its frame (HAZ-034)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const link = await launchLink(page);
  const other = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end(`<!DOCTYPE html><title>Another host</title><iframe src="${link}"></iframe>`);
  });
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
  await expect.poll(() => complaints.join('\n')).toMatch(/frame-ancestors/);
  const frame = page.frames().find((frame) => frame !== page.mainFrame());
  expect(frame?.url() ?? '').toMatch(/^chrome-error:|^$/);
  expect(await page.content()).not.toContain(DOREENS_NUMBER);
  other.close();
  await page.context().close();
});

// shows: T38
test('another chart in the host blanks the view and says why (HAZ-003)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  await page.bringToFront();
  await page.goto(`${ready().host_url}/patients`);
  await page.getByRole('link', { name: /,/ }).filter({ hasNotText: 'TESTPATIENT' }).first().click();
  await isBlank(record, MOVED);
  await page.context().close();
});

// shows: T38
test('without script the page puts itself away, and the way back is a press (HAZ-003, HAZ-057)', async ({ browser }) => {
  const page = await newPage(browser, 1280, false);
  await openPatient(page);
  const record = await openInWindow(page);
  // A popup's first page may be read before the browser is told to run no script.
  await record.reload();
  await expect(record.locator('#complete')).toBeAttached();
  const refresh = await record.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').first().getAttribute('content');
  const path = new URL(record.url()).pathname;
  expect(refresh).toMatch(/^(600|59\d);url=/);
  expect(refresh).toContain(`${path}ended`);
  const said = await record.locator('.keep noscript').evaluate((one: HTMLElement) => one.innerText);
  expect(said).toMatch(/This page is put away at \d\d:\d\d/);
  await record.goto(`${record.url()}ended`);
  await isBlank(record, 'This page was put away because nobody used it.');
  await record.getByRole('link', { name: 'Open it again' }).click();
  await expect(record.locator('#complete')).toBeAttached();
  await page.bringToFront();
  await page.goto(`${ready().host_url}/patients`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await record.goto(`${ready().gateway_url}${path}ended`);
  await isBlank(record, 'This view has ended');
  await page.context().close();
});

for (const script of [true, false]) {
  // shows: T39
  test(`a view that ends while its page is coming is covered by what is said of it, script ${script ? 'on' : 'off'} (HAZ-003)`, async ({ browser }) => {
    const page = await newPage(browser, 1280, script);
    await openPatient(page);
    // The document as the gateway writes it where a view ends half-way: cut at a section's end, then the words.
    const record = await openInWindow(page);
    await page.context().route(/\/s\/[^/]+\/$/, async (route) => {
      const answer = await route.fetch();
      const html = await answer.text();
      const half = html.slice(0, html.lastIndexOf('<section'));
      await route.fulfill({ response: answer, body: `${half}<p id="ended" role="alert">${MOVED}</p></main></body></html>` });
    });
    await record.reload();
    await expect(record.getByText(MOVED)).toBeVisible();
    await expect(record.getByText(DOREENS_NUMBER).locator('visible=true')).toHaveCount(0);
    await expect(record.locator('section').locator('visible=true')).toHaveCount(0);
    if (script) await isBlank(record, MOVED);
    await record.screenshot({ path: `../../artefacts/ended-script-${script ? 'on' : 'off'}.png` });
    await page.context().close();
  });
}

test('a minute before its end the view says so, and one press keeps it (HAZ-057)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  const before = await record.locator('#s-p-med').boundingBox();
  await record.route('**/state', (route) => route.fulfill({ status: 204, headers: { 'session-left': '45, 3000' } }));
  await expect(record.locator('#idle')).toHaveText('This record closes within a minute. Press Keep open to go on.');
  await expect(record.getByRole('button', { name: 'Keep open' })).toBeInViewport();
  expect((await record.locator('#s-p-med').boundingBox())!.y, 'HAZ-032: nothing being read moves').toBe(before!.y);
  await record.screenshot({ path: '../../artefacts/warning.png' });
  await record.unroute('**/state');
  await record.getByRole('button', { name: 'Keep open' }).click();
  await expect(record.locator('#idle')).toHaveText(/^(Kept open\.)?$/);
  await record.route('**/state', (route) => route.fulfill({ status: 204, headers: { 'session-left': '40, 40' } }));
  await expect(record.locator('#idle')).toHaveText('This view ends within a minute. Open it again from your system.');
  await page.context().close();
});

// shows: T44
test('the way back leads to nothing of a person whose view has ended (HAZ-003, HAZ-049)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  const address = record.url();
  await record.getByRole('button', { name: 'Close record' }).click();
  await isBlank(record, 'This record is closed');
  await record.goto(`${ready().gateway_url}/help`);
  await record.goBack();
  await expect(record.getByRole('heading', { level: 1 })).toContainText(/closed|ended/);
  expect(await record.content()).not.toContain(DOREENS_NUMBER);
  await record.goto(address);
  await isBlank(record, 'This view has ended');
  const workers = await record.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
  expect(workers, 'no service worker').toBe(0);
  await page.context().close();
});

// shows: T44
test('a page kept by the browser is blank when left, opens anew for its own, and says that it ended to anybody else', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  const record = await openInWindow(page);
  const turn = (name: string) => record.evaluate((name) => {
    window.dispatchEvent(new PageTransitionEvent(name, { persisted: true }));
  }, name);
  await turn('pagehide');
  expect(await record.content(), 'blank when left').not.toContain(DOREENS_NUMBER);
  await turn('pageshow');
  await expect(record.locator('#complete'), 'opened anew').toBeAttached();
  await expect(record.getByText(DOREENS_NUMBER).first()).toBeVisible();

  // The doctor goes home; the nurse signs in at the same machine.
  await page.bringToFront();
  await page.goto(`${ready().host_url}/patients`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Bell' }).click();
  await isBlank(record, 'Ended: you signed out of your system.');
  await page.getByRole('link', { name: /^SAMPLE|,/ }).filter({ hasNotText: 'TESTPATIENT' }).first().click();
  await openInWindow(page);
  await record.goBack().catch(() => null);
  await record.goForward().catch(() => null);
  await record.reload();
  await isBlank(record, 'This view has ended');
  await page.context().close();
});
