// That the browser ground can say no as well as yes, in the machine's Chromium and in the one from npm where there are both.

import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  axeViolations,
  expectQuiet,
  openBrowser,
  sidewaysScroll,
  slowPhone,
  type TestBrowser,
} from './support/browser.ts';
import { fillOnce } from './support/chromium.ts';

/** As strict as the product's own. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";

const STYLE = `
  body { margin: 0; font-size: 16px }
  .scroller { width: 100%; overflow-x: auto }
  .wide { width: 600px }
  .wider { width: 900px }
  .narrow { width: 200px }
  .behind { position: fixed; left: 5000px }
  .pale { color: #ccc; background: #fff }
  .tiny { display: block; width: 10px; height: 10px; padding: 0; border: 0 }
`;

const GOOD = '<h1>Kayıtlar</h1><p>Bütün onaylar burada.</p><button type="button">Yenile</button>';

/** What each page has in its main part; the path is the key. */
const PAGES: Record<string, string> = {
  good: GOOD,
  lax: GOOD,
  console: `${GOOD}<script src="/console.js"></script>`,
  thrown: `${GOOD}<script src="/thrown.js"></script>`,
  inline: `${GOOD}<script>document.title = 'changed'</script>`,
  strange: `${GOOD}<img alt="" src="http://127.0.0.1:1/strange.png">`,
  missing: `${GOOD}<img alt="" src="/not-there.png">`,
  broken: `${GOOD}<img alt="" src="/cut-off">`,
  opener: `${GOOD}<a href="/thrown" target="_blank">Yeni sayfa</a>`,
  poor: '<p class="pale">Soluk</p><img src="/dot.svg"><button class="tiny" aria-label="Sil"></button><button class="tiny" aria-label="Ekle"></button>',
  wide: `${GOOD}<div id="list" class="wide"><p>Uzun <b>satır</b></p></div>`,
  word: `${GOOD}<p class="narrow">${'uzun'.repeat(40)}</p>`,
  held: `${GOOD}<div class="scroller" tabindex="0"><p class="wide">Uzun satır</p></div><p class="behind">Saklı</p>`,
  both: `${GOOD}<div class="scroller" tabindex="0"><p class="wider">Uzun satır</p></div><p class="behind">Saklı</p><p class="scroller" tabindex="0">${'uzun'.repeat(40)}</p><p class="wide rule">Kısa</p>`,
  letters: `<h1>Harfler</h1><p>ÇĞİÖŞÜçğıöşü</p>`,
};

const SCRIPTS: Record<string, string> = {
  '/console.js': "console.warn('no matter'); console.error('the house is on fire')",
  '/thrown.js': "throw new Error('nobody caught me')",
};

const server = createServer((request, response) => {
  const path = request.url ?? '';
  const send = (type: string, body: string) => response.setHeader('content-type', type).end(body);
  if (path !== '/lax') response.setHeader('content-security-policy', POLICY);
  if (path === '/cut-off') return request.socket.destroy();
  if (path === '/style.css') return send('text/css', STYLE);
  if (path === '/dot.svg')
    return send('image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
  if (SCRIPTS[path]) return send('text/javascript', SCRIPTS[path]);
  const main = PAGES[path.slice(1)];
  if (!main) return response.writeHead(404).end();
  send(
    'text/html; charset=utf-8',
    `<!doctype html><html lang="tr"><head><title>Deneme</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="/dot.svg">
    <meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>${main}</main></body></html>`,
  );
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
afterAll(() => server.close());

afterEach(() => {
  vi.unstubAllEnvs();
});

// A machine without a Chromium is in order; the one from npm must start where it is meant to.
const machine = await openBrowser('machine').catch(() => undefined);
const npm = process.platform === 'linux' && process.arch === 'x64' ? await openBrowser('npm') : undefined;
const browsers = [machine, npm].filter((browser) => browser !== undefined);
afterAll(() => Promise.all(browsers.map((browser) => browser.close())));

describe.each(browsers)('the Chromium from $source', (browser: TestBrowser) => {
  async function open(name: string, options: Partial<Parameters<TestBrowser['page']>[0]> = {}): Promise<Page> {
    const page = await browser.page({ width: 390, ...options });
    onTestFinished(() => page.context().close());
    await page.goto(`${base}/${name}`);
    return page;
  }

  it('has nothing to say against a page without faults', async () => {
    const page = await open('good');
    expect(await axeViolations(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBeUndefined();
    await expectQuiet(page);
  });

  it.each([
    ['an error on the console', 'console', /console: the house is on fire \(http.*\/console\.js\)/],
    ['an error that nobody caught', 'thrown', /not caught: Error: nobody caught me/],
    ['a script that the policy stopped', 'inline', /console: .*Content Security Policy.*script-src 'self'/],
    [
      'a request that the policy stopped',
      'strange',
      /console: .*strange\.png.*Content Security Policy.*img-src 'self'/,
    ],
    ['an answer of 404', 'missing', /console: .*404 .*\(http.*\/not-there\.png\)/],
    ['a request that got no answer', 'broken', /request: net::ERR_EMPTY_RESPONSE \(http.*\/cut-off\)/],
  ])('tells of %s, once', async (_, name, complaint) => {
    const page = await open(name);
    await expect(expectQuiet(page)).rejects.toThrow(complaint);
    await expectQuiet(page);
  });

  it('leaves out the complaints that were expected, and only them', async () => {
    const page = await open('missing');
    await expectQuiet(page, /404/);
    await page.goto(`${base}/console`);
    await expect(expectQuiet(page, /404/)).rejects.toThrow('the house is on fire');
  });

  it('does not mind a warning', async () => {
    const page = await open('console');
    await expectQuiet(page, /on fire/);
  });

  it('tells of complaints in a page that the page opened', async () => {
    const page = await open('opener');
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Yeni sayfa' }).click();
    await (await opened).waitForLoadState();
    await expect(expectQuiet(page)).rejects.toThrow('nobody caught me');
  });

  it('finds what stands against WCAG 2.2 AA and good practice', async () => {
    const found = await axeViolations(await open('poor'));
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^color-contrast: p: Elements must meet minimum color contrast/),
        expect.stringMatching(/^image-alt: img: /),
        expect.stringMatching(/^target-size: .* and 1 more: /),
        expect.stringMatching(/^page-has-heading-one: html: /),
      ]),
    );
    expect(found).toHaveLength(4);
  });

  it.each([
    ['a wide element', 'wide', 'div#list.wide > p: 600 in 390'],
    ['a word that does not fit', 'word', /^p\.narrow: \d{4} in 390$/],
    ['a wide element and not what scrolls in itself or lies behind', 'both', 'p.wide.rule: 600 in 390'],
  ])('names %s', async (_, name, reason) => {
    expect(await sidewaysScroll(await open(name))).toMatch(reason);
  });

  it('names it on a telephone too', async () => {
    expect(await sidewaysScroll(await open('wide', { isMobile: true, hasTouch: true }))).toMatch(/#list\.wide/);
  });

  it.each([
    ['there is room', 'wide', 1280],
    ['what is wide scrolls in itself or lies behind', 'held', 390],
  ])('names nothing where %s', async (_, name, width) => {
    expect(await sidewaysScroll(await open(name, { width }))).toBeUndefined();
  });

  it('draws each Turkish letter with a glyph of its own', async () => {
    const page = await open('letters');
    const drawn = await page.locator('p').evaluate((paragraph) => {
      const { document } = paragraph.ownerDocument.defaultView;
      return [...paragraph.textContent].map((letter: string) => {
        const canvas = document.createElement('canvas');
        const pen = canvas.getContext('2d');
        pen.font = '40px sans-serif';
        pen.fillText(letter, 10, 80);
        return { width: pen.measureText(letter).width as number, picture: canvas.toDataURL() as string };
      });
    });
    expect(drawn).toHaveLength(12);
    expect(drawn.filter(({ width }) => !(width > 0))).toEqual([]);
    // A font without a letter draws the same box for all of them.
    expect(new Set(drawn.map(({ picture }) => picture)).size).toBe(12);
    const text = await page.locator('p').evaluate((paragraph) => {
      const contents = paragraph.ownerDocument.createRange();
      contents.selectNodeContents(paragraph);
      return contents.getBoundingClientRect().width as number;
    });
    expect(text).toBeGreaterThan(0);
  });

  it.each([
    [{ width: 390 }, ['tr-TR', 'Europe/Istanbul', 'I', false, 390, 800]],
    [{ width: 1280, height: 720, scheme: 'dark', locale: 'en-GB' }, ['en-GB', 'Europe/Istanbul', 'I', true, 1280, 720]],
    [{ width: 390, timezoneId: 'UTC' }, ['tr-TR', 'UTC', 'I', false, 390, 800]],
  ] as const)('opens a page as %j', async (options, shown) => {
    const page = await open('good', options);
    expect(
      await page.evaluate(`[
        navigator.language,
        Intl.DateTimeFormat().resolvedOptions().timeZone,
        'ı'.toUpperCase(),
        matchMedia('(prefers-color-scheme: dark)').matches,
        innerWidth,
        innerHeight,
      ]`),
    ).toEqual(shown);
  });

  it('shares no storage between pages', async () => {
    const [one, two] = await Promise.all([open('good'), open('good')]);
    await one.evaluate(`localStorage.setItem('who', 'one')`);
    expect(await one.evaluate(`localStorage.getItem('who')`)).toBe('one');
    expect(await two.evaluate(`localStorage.getItem('who')`)).toBeNull();
  });

  it('keeps origins apart', async () => {
    const page = await open('lax');
    const read = (url: string) => page.evaluate(`fetch('${url}').then(() => 'read', () => 'refused')`);
    expect(await read(`${base}/style.css`)).toBe('read');
    expect(await read(`${base.replace('127.0.0.1', 'localhost')}/style.css`)).toBe('refused');
  });

  it('makes the network as slow as a cheap telephone has it', async () => {
    const page = await open('good');
    await slowPhone(page);
    await expect.poll(() => page.evaluate('navigator.connection.rtt')).toBe(150);
    const downlink = await page.evaluate('navigator.connection.downlink');
    // Chromium blurs the true figure by up to a tenth.
    expect(downlink).toBeGreaterThan(1.3);
    expect(downlink).toBeLessThan(1.8);
  });
});

describe('the choice of the Chromium', () => {
  it("is the variable's", async () => {
    vi.stubEnv('ACIK_IYS_TEST_BROWSER', 'firefox');
    await expect(openBrowser()).rejects.toThrow("not 'firefox'");
    for (const { source } of browsers) {
      vi.stubEnv('ACIK_IYS_TEST_BROWSER', source);
      const browser = await openBrowser();
      onTestFinished(browser.close);
      expect(browser.source).toBe(source);
    }
  });

  it.skipIf(!npm)("falls on the one from npm where the machine's does not start", async () => {
    vi.stubEnv('ACIK_IYS_TEST_BROWSER', undefined);
    vi.stubEnv('PATH', temporaryFolder());
    writeFileSync(join(process.env.PATH ?? '', 'chromium'), '#!/bin/sh\necho install me first; exit 1\n', {
      mode: 0o755,
    });
    await expect(openBrowser('machine')).rejects.toThrow('install me first');
    const browser = await openBrowser();
    onTestFinished(browser.close);
    expect(browser.source).toBe('npm');
  });
});

describe('the folder of the unpacked Chromium', () => {
  it('is whole when two processes make it at the same time', async () => {
    const folder = join(temporaryFolder(), 'cache', 'unpacked');
    const both = Promise.withResolvers<void>();
    let filling = 0;
    const fill = async (aside: string) => {
      writeFileSync(join(aside, 'first'), '');
      filling += 1;
      if (filling === 2) both.resolve();
      await both.promise;
      writeFileSync(join(aside, 'second'), '');
    };
    await Promise.all([fillOnce(folder, fill), fillOnce(folder, fill)]);
    await fillOnce(folder, fill);
    expect(filling).toBe(2);
    expect(readdirSync(folder)).toEqual(['first', 'second']);
    expect(readdirSync(join(folder, '..'))).toEqual(['unpacked']);
  });

  it('is not there when unpacking failed', async () => {
    const folder = join(temporaryFolder(), 'unpacked');
    await expect(
      fillOnce(folder, async (aside) => {
        writeFileSync(join(aside, 'half'), '');
        throw new Error('the disk is full');
      }),
    ).rejects.toThrow('the disk is full');
    expect(readdirSync(join(folder, '..'))).toEqual([]);
  });
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'acik-iys-browser-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
