// The page at `/`: what it shows can be done as it is shown, by whichever name the server was reached.

import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_ACCOUNTS } from '../src/demo-accounts.ts';
import { type TestServer, testServer } from './support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
});
afterAll(async () => {
  await server.close();
});

/** The page, asked for under another name than the address. */
function pageAt(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = request(server.url, { headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
    });
    asking.on('error', reject);
    asking.end();
  });
}

/** The words of the command that the page shows, as a shell reads them. */
function commandOn(page: string): string[] {
  const shown = /<pre[^>]*><code>([^<]*)<\/code>/.exec(page)?.[1] ?? '';
  const printed = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }\n${shown}`], { encoding: 'utf8' });
  return printed.split('\0').slice(0, -1);
}

it('shows a first call that answers with a token as it stands', async () => {
  const [silent, url, headerFlag, header, dataFlag, body] = commandOn((await server.call('GET', '/')).text);
  expect([silent, headerFlag, dataFlag]).toEqual(['-s', '-H', '-d']);
  const [name, value] = String(header).split(': ') as [string, string];
  const answer = await fetch(String(url), { method: 'POST', headers: { [name]: value }, body: String(body) });
  expect(await answer.json()).toHaveProperty('access_token');
});

it.each(['iys.ornek.example', 'iys.ornek.example:8443', '[::1]:8080', '192.0.2.7'])(
  'names the server as the reader does: %s',
  async (host) => {
    expect(commandOn(await pageAt(host))[1]).toBe(`http://${host}/oauth2/token`);
  },
);

it.each(['"><script>alert(1)</script>', "a'$(id)'", 'a;b', 'a&amp;b'])(
  'repeats no host that is none: %s',
  async (host) => {
    const page = await pageAt(host);
    expect(page).not.toContain('<script');
    expect(commandOn(page)[1]).toBe('http://127.0.0.1:8080/oauth2/token');
  },
);

it('lists the demo’s accounts, and without the demo none of them', async () => {
  const accounts = DEMO_ACCOUNTS.flatMap(({ title, email, password }) => [title, email, password]);
  const page = await pageAt('iys.ornek.example');
  for (const word of accounts) expect(page).toContain(word);
  const real = await testServer({ config: { demo: false } });
  try {
    const { text } = await real.call('GET', '/');
    expect(text).toContain('/docs');
    for (const word of [...accounts, 'oauth2/token']) expect(text).not.toContain(word);
  } finally {
    await real.close();
  }
});
