// The first visit of an entrance: how much has to come before anything can be done, and that nothing jumps while it
// comes. The times on a slow phone are told in the report, not judged: they are this machine's.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { slowPhone } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';

/** Scripts of a first load, compressed. */
const SCRIPT_BYTES_MAX = 200 * 1_024;
/** Below this a shift is not seen (web.dev, CLS: good up to 0.1). */
const SHIFT_MAX = 0.02;

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

interface Load {
  readonly scripts: number;
  readonly shift: number;
  readonly largestPaintMs: number;
}

/** Watches a page from its beginning; `ready` waits for what people came for. */
async function load(page: Page, path: string, ready: (page: Page) => Promise<void>): Promise<Load> {
  await page.addInitScript(`
    window.shift = 0; window.paint = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; })
      .observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.paint = entry.startTime; })
      .observe({ type: 'largest-contentful-paint', buffered: true });
  `);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${desks.server.url}${path}`);
  await ready(page);
  await expect.poll(() => page.evaluate('window.paint')).toBeGreaterThan(0);
  // What the HTML asks for ahead is what the scripts then take, not asked for twice.
  expect(asked.filter((one) => one === '/portal/session')).toHaveLength(1);
  return await page.evaluate<Load>(`({
    scripts: performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    shift: window.shift, largestPaintMs: Math.round(window.paint),
  })`);
}

it('brings the log-in page of the business entrance with few bytes and without a jump, on a slow phone', async () => {
  const page = await desks.browser.page({ width: 390, height: 844 });
  await slowPhone(page);
  const { scripts, shift, largestPaintMs } = await load(page, '/isletme', async (it) => {
    await it.getByRole('heading', { level: 1 }).waitFor();
  });
  console.log(
    `log-in, slow phone: ${scripts} bytes of script, largest paint after ${largestPaintMs} ms, shift ${shift}`,
  );
  expect(scripts).toBeGreaterThan(0);
  expect(scripts).toBeLessThan(SCRIPT_BYTES_MAX);
  expect(shift).toBeLessThan(SHIFT_MAX);
});

it('brings the overview to who has a session and nothing else yet, with few bytes and without a jump', async () => {
  const entered = await desks.enter('clerk', { width: 390, height: 844 });
  const storageState = await entered.context().storageState();
  const page = await desks.browser.page({ width: 390, height: 844, storageState });
  await slowPhone(page);
  const { scripts, shift, largestPaintMs } = await load(page, '/isletme/600100', async (it) => {
    await it.getByRole('heading', { level: 1 }).waitFor();
    await it.locator('.bars').waitFor();
  });
  console.log(
    `overview, slow phone: ${scripts} bytes of script, largest paint after ${largestPaintMs} ms, shift ${shift}`,
  );
  expect(scripts).toBeLessThan(SCRIPT_BYTES_MAX);
  expect(shift).toBeLessThan(SHIFT_MAX);
});
