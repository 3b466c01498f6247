// How much of a page moved while it was read.
import type { Page } from '@playwright/test';

/** Cumulative layout shift: the worst window of shifts less than a second apart, five seconds long at most. */
export function layoutShift(page: Page): Promise<number> {
  return page.evaluate(() => new Promise<number>((done) => {
    let [worst, sum, first, last] = [0, 0, -Infinity, -Infinity];
    const add = (entry: PerformanceEntry) => {
      if (entry.startTime - last > 1000 || entry.startTime - first > 5000) [sum, first] = [0, entry.startTime];
      last = entry.startTime;
      sum += (entry as PerformanceEntry & { value: number }).value;
      worst = Math.max(worst, sum);
    };
    new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(worst), 500);
  }));
}
