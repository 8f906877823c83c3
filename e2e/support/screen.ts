// What is done with a screen of the product that a slow machine brings late: waiting until it is whole, judging it, choosing
// what its address keeps.

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { axeViolations, sidewaysScroll } from './browser.ts';

/** Waits until a screen has its heading, and nothing in it is still being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await expect.poll(() => page.locator('.skeleton').count()).toBe(0);
}

/** That a screen is accessible, and on the narrowest telephone nobody scrolls sideways. */
export async function isGood(page: Page): Promise<void> {
  await settled(page);
  expect(await axeViolations(page)).toEqual([]);
  const size = page.viewportSize() ?? { width: 1280, height: 800 };
  await page.setViewportSize({ width: 320, height: 800 });
  expect(await sidewaysScroll(page)).toBeUndefined();
  await page.setViewportSize(size);
}

/** Chooses what stands in the address of the page: it is chosen when the address has changed, not at once as `check` asks. */
export async function choose(choice: Locator): Promise<void> {
  await choice.click();
  await expect.poll(() => choice.isChecked()).toBe(true);
}

/** Changes the language by its button, until the server knows it too: the person's next screen begins in it. */
export async function switchLanguage(page: Page, language: 'English' | 'Türkçe'): Promise<void> {
  const kept = page.waitForResponse((response) => response.url().endsWith('/session/language'));
  await Promise.all([kept, page.getByRole('button', { name: language }).click()]);
}

/** Waits until an element has the focus, by its id. */
export async function hasFocus(page: Page, id: string): Promise<void> {
  await expect.poll(() => page.evaluate('document.activeElement.id')).toBe(id);
}
