// Markup that a source might smuggle into the record, put into the page on its way as though every other guard had failed: the content security
// policy alone keeps script from running and anything from leaving. The same without the policy does both, so that the test can fail.
// shows: A23
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { launchLink, newPage, openPatient } from '../support/host.ts';

/** Somebody else's site, and what came to it. */
class Elsewhere {
  readonly came: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Elsewhere> {
    const server = createServer();
    const elsewhere = new Elsewhere(server);
    server.on('request', (asked, answer) => {
      elsewhere.came.push(asked.url ?? '');
      const script = asked.url?.startsWith('/script');
      answer.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html', 'access-control-allow-origin': '*' });
      answer.end(script ? 'window.ran = (window.ran || []).concat("from elsewhere")' : 'elsewhere');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return elsewhere;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const ran = (name: string) => `(window.ran = window.ran || []).push('${name}')`;

/** Each by what it tries. */
const attempts = (elsewhere: string, nonce: string): { [what: string]: string } => ({
  'a script in the page': `<script>${ran('inline')}</script>`,
  'a script with a nonce made up or read elsewhere': `<script nonce="${nonce}">${ran('nonce')}</script>`,
  'a script from elsewhere': `<script src="${elsewhere}/script"></script>`,
  'a script as data': `<script src="data:text/javascript,${encodeURIComponent(ran('data'))}"></script>`,
  'a module': `<script type="module">${ran('module')}</script>`,
  'an event': `<img src="/none" onerror="${ran('event')}"><svg onload="${ran('svg')}"></svg><details open ontoggle="${ran('toggle')}"></details>`,
  'an address that is a script': `<a id="pressed" href="javascript:${ran('address')}">press</a>`,
  'a page within': `<iframe srcdoc="<script>${ran('srcdoc').replace('window', 'parent')}</script>"></iframe>`,
  'a page within from elsewhere': `<iframe src="${elsewhere}/frame"></iframe><object data="${elsewhere}/object"></object><embed src="${elsewhere}/embed">`,
  'another base for every address': `<base href="${elsewhere}/base/"><img src="from-base"><link rel="stylesheet" href="sheet-from-base">`,
  'a style sheet and what it asks for': `<link rel="stylesheet" href="${elsewhere}/sheet"><style>body { background: url(${elsewhere}/style) }</style><p style="background: url(${elsewhere}/attribute)">p</p>`,
  'a picture that says what it saw': `<img src="${elsewhere}/picture?secret"><video src="${elsewhere}/video" autoplay></video><audio src="${elsewhere}/audio" autoplay></audio>`,
  'a form that leads elsewhere': `<form action="${elsewhere}/form"><button id="sent">send</button></form>`,
  'a link fetched ahead': `<link rel="prefetch" href="${elsewhere}/prefetch"><link rel="preload" as="image" href="${elsewhere}/preload">`,
  // Swallows what stands behind it, to the end.
  'markup left hanging': `<form method="post" action="${elsewhere}/hanging"><button id="sent">send</button><textarea name="swallowed">`,
});

/** A record that is open, and asked for again with that put into it, with its policy or without. */
class Opened {
  private constructor(readonly page: Page, private readonly address: string) {}

  static async open(browser: Browser): Promise<Opened> {
    const page = await newPage(browser, 1280, true);
    // A browser may keep pages from asking this machine at all; here the policy has to.
    await page.context().grantPermissions(['local-network-access']);
    await openPatient(page);
    // A redirection is followed unseen, so what is changed on its way is asked for by its own address.
    await page.goto(await launchLink(page));
    return new Opened(page, page.url());
  }

  async with(markup: (policy: string) => string, keepsPolicy: boolean): Promise<string> {
    let policy = '';
    await this.page.unrouteAll({ behavior: 'ignoreErrors' });
    await this.page.route(this.address, async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      policy = headers['content-security-policy'] ?? '';
      if (!keepsPolicy) delete headers['content-security-policy'];
      const html = await response.text();
      expect(html).toContain('</section>');
      await route.fulfill({ status: response.status(), headers, body: html.replace('</section>', `</section>${markup(policy)}`) });
    });
    await this.page.goto(this.address);
    return policy;
  }
}

/** What ran of it. A page that has gone elsewhere says nothing. */
async function tried(page: Page, what: string): Promise<string[]> {
  if (what === 'an address that is a script') await page.locator('#pressed').evaluate((one: HTMLElement) => one.click());
  if (['a form that leads elsewhere', 'markup left hanging'].includes(what)) await page.locator('#sent').evaluate((one: HTMLElement) => one.click());
  // What was going to start has started: a round trip to our own side behind it.
  await page.evaluate(() => fetch('/help').then((answer) => answer.text())).catch(() => '');
  return page.evaluate(() => (window as unknown as { ran?: string[] }).ran ?? []).catch(() => []);
}

test('no markup that reached the page runs script, asks elsewhere or moves an address', async ({ browser }) => {
  const [elsewhere, opened] = [await Elsewhere.start(), await Opened.open(browser)];
  const { page } = opened;
  const found: string[] = [];
  for (const what of Object.keys(attempts('', ''))) {
    const nonce = (policy: string) => /'nonce-([^']+)'/.exec(policy)?.[1] ?? 'r4nd0m';
    const policy = await opened.with((policy) => attempts(elsewhere.origin, nonce(policy))[what]!, true);
    expect(policy, 'nothing in it can be read and used again').not.toMatch(/nonce-|unsafe-|strict-dynamic|\*|https?:\s/);
    const base = await page.evaluate(() => document.baseURI);
    for (const name of await tried(page, what)) found.push(`${what}: ran ${name}`);
    for (const asked of elsewhere.came.splice(0)) found.push(`${what}: asked for ${asked}`);
    if (base.startsWith(elsewhere.origin)) found.push(`${what}: moved every address`);
    if (!page.url().includes('/s/')) found.push(`${what}: left for ${new URL(page.url()).origin}`);
  }
  await page.context().close();
  elsewhere.stop();
  expect(found).toEqual([]);
});

test('script of the page itself makes no markup of a text', async ({ browser }) => {
  const page = await newPage(browser, 1280, true);
  await openPatient(page);
  await page.goto(await launchLink(page));
  await page.waitForLoadState('load');
  const thrown = await page.evaluate(() => {
    try {
      document.body.insertAdjacentHTML('beforeend', '<b>made</b>');
      return '';
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(thrown, 'trusted types').toBe('TypeError');
  await page.context().close();
});

test('the same markup without the policy does what it is there to do', async ({ browser }) => {
  const [elsewhere, opened] = [await Elsewhere.start(), await Opened.open(browser)];
  const idle: string[] = [];
  for (const what of Object.keys(attempts('', ''))) {
    await opened.with(() => attempts(elsewhere.origin, 'r4nd0m')[what]!, false);
    const did = [...(await tried(opened.page, what)), ...elsewhere.came.splice(0)];
    if (did.length === 0) idle.push(what);
  }
  await opened.page.context().close();
  elsewhere.stop();
  expect(idle, 'a test that cannot fail is worse than none').toEqual([]);
});
