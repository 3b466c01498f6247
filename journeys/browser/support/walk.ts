// Walks a page as somebody in a hurry does, and counts: a press is one action, something typed is one, a screen scrolled is one. What
// is on the first screen costs nothing.
import { expect, type Locator, type Page } from '@playwright/test';

export class Walk {
  private constructor(private readonly page: Page, private actions = 0) {}

  /** From the top of the page. */
  static async begin(page: Page): Promise<Walk> {
    await page.evaluate(() => window.scrollTo(0, 0));
    return new Walk(page);
  }

  get count(): number {
    return this.actions;
  }

  /** Scrolls until it can be read, as few screens as that takes. */
  async see(what: Locator): Promise<void> {
    await expect(what).toBeVisible();
    this.actions += await what.evaluate((one) => {
      // The banner is always in sight.
      if (one.closest('header')) return 0;
      const box = one.getBoundingClientRect();
      const covered = document.querySelector('header')?.getBoundingClientRect().bottom ?? 0;
      const screen = window.innerHeight - covered;
      // Something higher than a screen is read from its beginning.
      const end = Math.min(box.bottom, box.top + screen);
      const beyond = end > window.innerHeight ? end - window.innerHeight : Math.min(0, box.top - covered);
      window.scrollBy(0, beyond);
      return Math.ceil(Math.abs(beyond) / screen);
    });
    await expect(what).toBeInViewport();
  }

  /** One action, and what it takes to see what is pressed. */
  async press(what: Locator): Promise<void> {
    await this.see(what);
    await what.click();
    this.actions += 1;
  }

  /** One action: whatever is typed. */
  async type(what: Locator, text: string): Promise<void> {
    await this.see(what);
    await what.fill(text);
    this.actions += 1;
  }
}
