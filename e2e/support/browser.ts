// A real browser for tests: pages that remember every complaint, and the questions that are asked of each screen.

import axe, { type AxeResults } from 'axe-core';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { type BrowserSource, launchChromium } from './chromium.ts';

export interface TestBrowser {
  readonly source: BrowserSource;
  /** A page in a context of its own: no cookie, cache or storage is shared with another. In Turkish time. */
  page(options: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

export interface PageOptions extends Omit<BrowserContextOptions, 'viewport' | 'colorScheme'> {
  /** CSS pixels. */
  readonly width: number;
  /** CSS pixels, 800 if not told. */
  readonly height?: number;
  /** Light if not told. */
  readonly scheme?: 'light' | 'dark';
  /** Turkish if not told. */
  readonly locale?: 'tr-TR' | 'en-GB';
}

/** WCAG 2.2 at levels A and AA, and what axe-core holds to be good practice. */
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** The console tells of what the policy stopped, with the directive; who leaves a page ends its requests. */
const FAILURES_OF_NO_INTEREST = ['csp', 'net::ERR_ABORTED'];

/** Below the time after which vitest gives a test up, so that it is the waiting step that is named. */
const STEP_TIMEOUT_MS = 60_000;

const complaints = new WeakMap<BrowserContext, string[]>();

/** @param wanted as ACIK_IYS_TEST_BROWSER, which counts if it is not given. */
export async function openBrowser(wanted?: BrowserSource): Promise<TestBrowser> {
  const { source, browser } = await launchChromium(wanted);
  return {
    source,
    page: async ({ width, height = 800, scheme = 'light', locale = 'tr-TR', ...others }) => {
      const context = await browser.newContext({
        timezoneId: 'Europe/Istanbul',
        ...others,
        viewport: { width, height },
        colorScheme: scheme,
        locale,
      });
      context.setDefaultTimeout(STEP_TIMEOUT_MS);
      complaints.set(context, collectComplaints(context));
      return context.newPage();
    },
    close: () => browser.close(),
  };
}

function collectComplaints(context: BrowserContext): string[] {
  const list: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') list.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => list.push(`not caught: ${error.error()}`));
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    if (!FAILURES_OF_NO_INTEREST.includes(reason)) list.push(`request: ${reason} (${request.url()})`);
  });
  return list;
}

/**
 * Throws when the page, or one that it opened, has complained since the last time: errors on the console (among them what
 * the content security policy stopped and answers from 400 on), errors that nobody caught, requests without an answer.
 * @param expected complaints that belong to the story, such as the refused log-in.
 */
export async function expectQuiet(page: Page, ...expected: RegExp[]): Promise<void> {
  // What happened before this answer has been told before it.
  await page.evaluate(() => undefined);
  const list = complaints.get(page.context())?.splice(0) ?? [];
  const unexpected = list.filter((line) => !expected.some((pattern) => pattern.test(line)));
  if (unexpected.length > 0) throw new Error(`The page complained:\n${unexpected.join('\n')}`);
}

/** What axe-core finds against WCAG 2.2 A and AA and good practice, a line each: rule, first place, what to do. */
export async function axeViolations(page: Page): Promise<string[]> {
  // Through the debugger, to which the page's content security policy does not apply.
  await page.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: AXE_TAGS, resultTypes: ['violations'] });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${options})`);
  return violations.map(({ id, nodes, help }) => {
    const more = nodes.length > 1 ? ` and ${nodes.length - 1} more` : '';
    return `${id}: ${nodes[0]?.target.join(' ')}${more}: ${help}`;
  });
}

/**
 * Where the document is wider than the window: the elements that reach furthest out, from the outermost to the innermost,
 * with both widths in CSS pixels. Undefined where nobody has to scroll sideways.
 */
export async function sidewaysScroll(page: Page): Promise<string | undefined> {
  // `root` and what comes of it have no type: the types of the DOM contradict Node's in the same program.
  return page.locator('html').evaluate((root) => {
    if (root.scrollWidth <= root.clientWidth) return undefined;
    const { document, getComputedStyle, scrollX } = root.ownerDocument.defaultView;
    type Element = typeof root;
    const widensNothing = (element: Element) => {
      if (getComputedStyle(element).position === 'fixed') return true;
      for (let parent = element.parentElement; parent !== document.body; parent = parent.parentElement) {
        const { overflowX, position } = getComputedStyle(parent);
        if (overflowX !== 'visible' || position === 'fixed') return true;
      }
      return false;
    };
    const edge = (part: Element) => Math.round(part.getBoundingClientRect().right + scrollX);
    // A long word reaches out of its paragraph without widening it.
    const textEdges = (element: Element) =>
      [...element.childNodes]
        .filter(({ nodeType }) => nodeType === 3)
        .map((text) => {
          const range = document.createRange();
          range.selectNode(text);
          return edge(range);
        });
    const edgeWithText = (element: Element) =>
      Math.max(edge(element), ...(getComputedStyle(element).overflowX === 'visible' ? textEdges(element) : []));
    const outside = [...document.body.querySelectorAll('*')]
      .map((element) => ({ element, right: edgeWithText(element) }))
      .filter(({ element, right }) => right > root.clientWidth && !widensNothing(element));
    const furthest = Math.max(...outside.map(({ right }) => right));
    const innermost = outside.findLast(({ right }) => right === furthest)?.element;
    const names = outside
      .map(({ element }) => element)
      .filter((one) => one.contains(innermost))
      .map(({ localName, id, classList }) =>
        [localName, id && `#${id}`, ...[...classList].map((one) => `.${one}`)].join(''),
      );
    return `${names.join(' > ') || 'no single element'}: ${root.scrollWidth} in ${root.clientWidth}`;
  });
}

/**
 * Makes the page as slow as on a cheap telephone in a 3G network, until it closes: a quarter of the processor, 1.6 Mbit/s
 * down, 750 kbit/s up, 150 ms. What its service worker fetches keeps its speed.
 */
export async function slowPhone(page: Page): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Network.enable');
  await debug.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    // Bytes a second.
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await debug.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}
