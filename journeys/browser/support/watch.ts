// Listens to a browser context: every complaint in its console, every request that leaves for elsewhere, every address.
import { expect, type BrowserContext } from '@playwright/test';
import { ready } from './demo.ts';

export class Watch {
  readonly complaints: string[] = [];
  readonly elsewhere: string[] = [];
  readonly addresses: string[] = [];

  constructor(context: BrowserContext, private readonly allowed = [ready().host_url, ready().gateway_url]) {
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
    context.on('request', (request) => this.note(request.url()));
  }

  private note(address: string): void {
    this.addresses.push(address);
    const local = this.allowed.some((origin) => address.startsWith(`${origin}/`)) || address.startsWith('data:,');
    if (!local && !address.startsWith('about:')) this.elsewhere.push(address);
  }

  /** Nothing was complained of (a policy violation is an error in the console), and nothing went elsewhere. */
  isQuiet(): void {
    expect(this.complaints, 'no error, warning or policy violation in the console').toEqual([]);
    expect(this.elsewhere, 'no request leaves for another origin').toEqual([]);
  }
}
