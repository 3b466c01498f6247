// Where things stand in a record: a line of the summary, a row of a chapter, the way to a chapter.
import type { Locator, Page } from '@playwright/test';

/** Labels are joined to their values by a space that does not break. */
const spaced = (words: string | RegExp) => (typeof words === 'string' ? words : new RegExp(words.source.replaceAll(' ', '\\s+'), words.flags));

/** The first line of that part of the summary with these words. */
export const panel = (record: Page, area: string, words: string | RegExp): Locator =>
  record.locator(`#s-p-${area} tr, #s-p-${area} li`).filter({ hasText: spaced(words) }).first();

/** The first row of that chapter with these words that is not hidden. */
export const row = (record: Page, area: string, words: string | RegExp): Locator =>
  record.locator(`#s-${area} tbody tr`).filter({ hasText: spaced(words) }).locator('visible=true').first();

/** The way to a chapter, in the navigation. */
export const section = (record: Page, name: RegExp): Locator => record.locator('nav').getByRole('link', { name });
