// A host that is a SMART server, on an OpenID provider that is not ours: from its button to the record, and every way that ends
// before one.
// shows: R29, R30, R31, R32
import { expect, test, type Page } from '@playwright/test';
import { kinds } from '../support/audit.ts';
import { ready } from '../support/demo.ts';
import { DOREEN, DOREENS_NUMBER, newPage } from '../support/host.ts';
import { providers } from '../support/providers.ts';
import { Watch } from '../support/watch.ts';

// One after the other: some of them count what the host was asked.
test.describe.configure({ mode: 'default' });

const gateway = () => ready('providers').gateway_url;
const chart = (query = '') => `${providers().host}/chart/pat-1${query}`;

async function openWindow(page: Page, query = ''): Promise<Page> {
  await page.goto(chart(query));
  const opening = page.waitForEvent('popup');
  await page.locator('#window').click();
  const opened = await opening;
  return opened;
}

async function asked(): Promise<string[]> {
  return (await fetch(`${providers().host}/control/asked`)).json();
}

/** What the button leads to, for a browser that goes there by itself. */
async function link(page: Page, query = ''): Promise<string> {
  await page.goto(chart(query));
  return (await page.locator('#window').getAttribute('href'))!;
}

/** Walks the redirects from the button until something of the gateway's would be asked with a code; gives that address. */
async function callbackOf(page: Page, query = ''): Promise<string> {
  let address = await link(page, query);
  for (let step = 0; step < 8; step += 1) {
    const answer = await page.request.get(address, { maxRedirects: 0 });
    address = new URL(answer.headers()['location'] ?? '', address).href;
    if (address.startsWith(`${gateway()}/launch/smart/callback/`)) return address;
  }
  throw new Error('the host did not send the browser back');
}

const isRefused = async (page: Page, words: string) => {
  await expect(page.getByText(words)).toBeVisible();
  expect(page.url(), 'HAZ-049: no identifier in an address').not.toMatch(/9991234578|testpatient/i);
};

for (const script of [true, false]) {
  test(`one press in the host opens the record of the person it shows, script ${script ? 'on' : 'off'}`, async ({ browser }) => {
    const page = await newPage(browser, 1280, script);
    const watch = new Watch(page.context(), [gateway(), providers().host]);
    const record = await openWindow(page);
    await expect(record.locator('#complete')).toBeAttached();
    await expect(record.getByRole('heading', { level: 1, name: DOREEN })).toBeVisible();
    await expect(record.getByText(DOREENS_NUMBER).first()).toBeVisible();
    await expect(record.locator('footer')).toContainText('Okafor');
    expect(record.url()).toMatch(new RegExp(`^${gateway()}/s/[A-Za-z0-9_-]{43}/$`));
    watch.isQuiet();
    for (const address of watch.addresses) expect(decodeURIComponent(address)).not.toMatch(/testpatient|doreen|999 ?123 ?4578|1935/i);
    await page.context().close();
  });
}

test('beside the chart, in a frame of the host (HAZ-034)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await page.goto(chart());
  await page.locator('#panel').click();
  const record = page.frameLocator('iframe[title="Shared Care Record"]');
  await expect(record.locator('#complete')).toBeAttached();
  await expect(record.getByRole('heading', { level: 1, name: DOREEN })).toBeVisible();
  await page.screenshot({ path: '../../artefacts/smart-panel.png' });
  await page.context().close();
});

test('the access token reads one patient, is revoked, and nothing else is fetched', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const before = (await asked()).length;
  const record = await openWindow(page);
  await expect(record.locator('#complete')).toBeAttached();
  await expect.poll(async () => (await asked()).slice(before)).toContain('POST /token/revocation');
  const since = (await asked()).slice(before);
  expect(since.filter((line) => line.includes('style.json')), 'smart_style_url is never fetched').toEqual([]);
  await page.context().close();
});

// shows: T17
test('an issuer that is not registered byte for byte causes no request, and is recorded', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const before = kinds('providers')['launch-refused'] ?? 0;
  const packets = (await asked()).length;
  const iss = `${providers().host}/fhir`;
  const varied = [`${iss}/`, iss.replace('/fhir', '/FHIR'), iss.replace('http://', 'http://user@'), iss.replace('127.0.0.1', '[::ffff:127.0.0.1]'), 'http://169.254.169.254/'];
  for (const one of varied) {
    const answer = await page.request.get(`${gateway()}/launch/smart?iss=${encodeURIComponent(one)}&launch=x`, { maxRedirects: 0 });
    expect(answer.status(), `HAZ-046 ${one}`).toBe(403);
  }
  const twice = await page.request.get(`${gateway()}/launch/smart?iss=${encodeURIComponent(iss)}&iss=${encodeURIComponent(iss)}&launch=x`, { maxRedirects: 0 });
  expect(twice.status(), 'a parameter that stands twice is nobody\'s').toBe(403);
  const split = await page.request.get(`${gateway()}/launch/smart?iss=${encodeURIComponent(`${iss}\r\nX-Evil: 1`)}&launch=x`, { maxRedirects: 0 });
  expect([split.status(), split.headers()['x-evil']], 'HAZ-046: no header of theirs').toEqual([403, undefined]);
  expect(kinds('providers')['launch-refused'] ?? 0).toBeGreaterThanOrEqual(before + 7);
  expect((await asked()).length, 'HAZ-046: no outbound request at all').toBe(packets);
  await page.context().close();
});

// shows: T19
test('the code of one host at the callback of another is refused', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const callback = new URL(await callbackOf(page));
  callback.pathname = callback.pathname.replace('fenland', 'demo-host');
  await page.goto(callback.href);
  await isRefused(page, 'could not be verified');
  await page.context().close();
});

// shows: T19
test('an answer with another issuer, or with none, is refused', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  for (const iss of ['https://other.example', undefined]) {
    const callback = new URL(await callbackOf(page));
    if (iss) callback.searchParams.set('iss', iss);
    else callback.searchParams.delete('iss');
    await page.goto(callback.href);
    await isRefused(page, 'could not be verified');
  }
  await page.context().close();
});

// shows: T20, T26
test('an answer forced on another browser opens nothing there', async ({ browser }) => {
  const [mine, theirs] = [await newPage(browser, 1280, true), await newPage(browser, 1280, true)];
  const callback = await callbackOf(mine);
  await theirs.goto(callback);
  await isRefused(theirs, 'has been used or has run out');
  const cookies = await theirs.context().cookies();
  expect(cookies.filter((cookie) => cookie.name === '__Host-shcr'), 'HAZ-046: no session').toEqual([]);
  const none = new URL(callback);
  none.searchParams.delete('state');
  await mine.goto(none.href);
  await isRefused(mine, 'has been used or has run out');
  for (const page of [mine, theirs]) await page.context().close();
});

// shows: T22
test('a code that comes again is refused, and ends what it opened', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const callback = await callbackOf(page);
  await page.goto(callback);
  await expect(page.locator('#complete')).toBeAttached();
  const record = page.url();
  const before = kinds('providers')['alert'] ?? 0;
  const again = await page.request.get(callback, { maxRedirects: 0 });
  expect(again.status(), 'HAZ-046').toBe(403);
  await page.goto(record);
  await expect(page.getByRole('heading', { name: 'This view has ended' })).toBeVisible();
  expect(kinds('providers')['alert'] ?? 0, 'PO-23').toBeGreaterThan(before);
  await page.context().close();
});

// shows: R19, T24, T31
test('a patient who signs in to the host opens nothing', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await isRefused(await openWindow(page, '?user=patient'), 'could not be verified');
  await page.context().close();
});

test('a role nobody mapped, and an organisation the host may not name (HAZ-047)', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await isRefused(await openWindow(page, '?user=unmapped'), 'Your role in your system has no access here');
  await isRefused(await openWindow(page, '?user=foreign'), 'could not be verified');
  await page.context().close();
});

// shows: T23
test('a patient that the host does not hold is refused', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await isRefused(await openWindow(page, '?opens=pat-9'), 'could not confirm the request');
  await isRefused(await openWindow(page, '?opens=../Patient/pat-2'), 'could not be verified');
  await page.context().close();
});

// shows: T25
test('nothing in a launch moves where the browser is sent', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  const iss = encodeURIComponent(`${providers().host}/fhir`);
  for (const more of ['launch=https%3A%2F%2Fevil.example', 'launch=x&redirect_uri=https%3A%2F%2Fevil.example', 'launch=x&state=https%3A%2F%2Fevil.example']) {
    const answer = await page.request.get(`${gateway()}/launch/smart?iss=${iss}&${more}`, { maxRedirects: 0 });
    const to = new URL(answer.headers()['location']!);
    expect(to.origin, 'HAZ-046').toBe(providers().host);
    expect(to.searchParams.get('redirect_uri')).toBe(`${gateway()}/launch/smart/callback/fenland`);
    expect(to.searchParams.get('state')).not.toContain('evil');
  }
  await page.context().close();
});
