// A business's desk in a real browser: a real server with the demo's people, and pages that have entered as one of them.

import { type AddressInfo, createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import { makePeople } from '../../packages/server/src/demo.ts';
import type { Config } from '../../packages/server/src/ground/config.ts';
import { type TestServer, testServer } from '../../packages/server/test/support/server.ts';
import { openBrowser, type TestBrowser } from './browser.ts';

export interface Desks {
  readonly server: TestServer;
  readonly browser: TestBrowser;
  /**
   * A page that has entered as one of the demo's people, by his one click on the log-in page: what he may do is there, and
   * what moves from now on is heard.
   */
  enter(account: string, how?: Partial<Parameters<TestBrowser['page']>[0]>): Promise<Page>;
  /**
   * Lets the ten seconds of the consents that are given next stand still, on the server and in this page, until `dueNow` or
   * the end of the test: a slow machine takes longer than they last.
   */
  holdWait(page: Page): Promise<void>;
  /**
   * Ends the ten seconds, and records what waited.
   * @param page whose countdown ends too; any other still offers to take back
   */
  dueNow(page?: Page): Promise<void>;
  close(): Promise<void>;
}

/** @param config of the server: a mail server, say */
export async function openDesks(config: Partial<Config> = {}): Promise<Desks> {
  // Known before: passkeys and the links of mails hang on it.
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const server = await testServer({ config: { demo: true, port, publicUrl, ...config }, work: true });
  await makePeople(server.rooms);
  const browser = await openBrowser();
  let goOn = (): void => undefined;
  return {
    server,
    browser,
    async enter(account, how = {}) {
      const page = await browser.page({ width: 1280, ...how });
      await page.goto(`${server.url}/isletme`);
      const answer = (path: string) => page.waitForResponse((response) => response.url().endsWith(path));
      await Promise.all([
        answer('/events'),
        answer('/messages/unread'),
        page.waitForURL(/\/isletme\/\d+/),
        page.click(`[data-account=${account}]`),
      ]);
      await page.locator('.desk__nav nav a').first().waitFor();
      return page;
    },
    async holdWait(page) {
      const atMs = server.clock.nowMs();
      const held = [
        vi.spyOn(server.clock, 'nowMs').mockReturnValue(atMs),
        vi.spyOn(server.clock, 'now').mockReturnValue(Math.floor(atMs / 1_000)),
      ];
      goOn = () => {
        for (const one of held) one.mockRestore();
      };
      onTestFinished(goOn);
      // The page counts by its own clock from what the server told it.
      await page.evaluate('{ const at = performance.now(); performance.now = () => at; }');
    },
    async dueNow(page) {
      goOn();
      server.clock.move(11);
      await server.rooms.entries.recordDue();
      await page?.evaluate('{ const at = performance.now() + 11_000; performance.now = () => at; }');
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
