// A business's desk in a real browser: a real server with the demo's people, and pages that have entered as one of them.

import type { Page } from 'playwright-core';
import { makePeople } from '../../packages/server/src/demo.ts';
import { type TestServer, testServer } from '../../packages/server/test/support/server.ts';
import { openBrowser, type TestBrowser } from './browser.ts';

export interface Desks {
  readonly server: TestServer;
  readonly browser: TestBrowser;
  /** A page that has entered as one of the demo's people, by his one click on the log-in page. */
  enter(account: string, how?: Partial<Parameters<TestBrowser['page']>[0]>): Promise<Page>;
  close(): Promise<void>;
}

export async function openDesks(): Promise<Desks> {
  const server = await testServer({ config: { demo: true }, work: true });
  await makePeople(server.rooms);
  const browser = await openBrowser();
  return {
    server,
    browser,
    async enter(account, how = {}) {
      const page = await browser.page({ width: 1280, ...how });
      await page.goto(`${server.url}/isletme`);
      await page.click(`[data-account=${account}]`);
      await page.waitForURL(/\/isletme\/\d+/);
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}
