// Limits, each switched on by itself on a real server: how often (per network address, announced in headers, changed
// per provider), and how much (items, bytes, depth).

import { request } from 'node:http';
import pg from 'pg';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Limits } from '../../src/ground/config.ts';
import {
  BANK,
  type CallAnswer,
  RETAIL,
  type TestServer,
  type TestServerOptions,
  testServer,
} from '../support/server.ts';
import { consent, newAddress } from './samples.ts';

let server: TestServer;
afterEach(async () => {
  await server.close();
});

async function open(options: TestServerOptions): Promise<TestServer> {
  server = await testServer(options);
  return server;
}
const FREE: Limits = {
  on: true,
  requestsPerSecond: 1_000_000,
  tokensPerHour: 1_000_000,
  statusPerHour: 1_000_000,
  historyPerHour: 1_000_000,
};
const BRAND = '/sps/600100/brands/600100';
const LOGIN = { grant_type: 'password', username: RETAIL.email, password: RETAIL.password };
const KEY = { recipient: newAddress('MESAJ'), type: 'MESAJ', recipientType: 'BIREYSEL' };

const codeOf = ({ body }: CallAnswer): string | undefined =>
  (body as { errors?: { code: string }[] } | undefined)?.errors?.[0]?.code;
const rateOf = ({ headers }: CallAnswer) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`ratelimit-${name}`) ?? Number.NaN));

type Ask = () => Promise<CallAnswer>;
/** Every limit with a call that it counts, one that it does not, its code and its window in seconds. */
const LIMITS: readonly (readonly [
  name: Exclude<keyof Limits, 'on'>,
  code: string,
  seconds: number,
  ask: (token: string) => Ask,
])[] = [
  [
    'statusPerHour',
    'H086',
    3_600,
    (token) => () => server.call('POST', `${BRAND}/consents/status`, { token, body: KEY }),
  ],
  [
    'historyPerHour',
    'H089',
    3_600,
    (token) => () => server.call('POST', `${BRAND}/consents/history`, { token, body: KEY }),
  ],
  ['tokensPerHour', 'H084', 3_600, () => () => server.call('POST', '/oauth2/token', { body: LOGIN })],
];

describe('an hourly limit', () => {
  it.each(LIMITS)('%s: %s', async (name, code, seconds, make) => {
    await open({ limits: { ...FREE, [name]: 4 } });
    const token = await server.token();
    const spent = name === 'tokensPerHour' ? 1 : 0;
    const ask = make(token);
    for (let left = 3 - spent; left >= 0; left--) {
      const answer = await ask();
      expect(answer.status, answer.text).toBe(200);
      const [limit, remaining, reset] = rateOf(answer);
      expect([limit, remaining]).toEqual([4, left]);
      expect(reset).toBeGreaterThan(0);
      expect(reset).toBeLessThanOrEqual(seconds);
    }
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(codeOf(refused)).toBe(code);
    expect(rateOf(refused).slice(0, 2)).toEqual([4, 0]);
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(seconds);
    // Other calls go on: each limit stands alone.
    expect((await server.call('GET', `${BRAND}/consents/changes`, { token })).status).toBe(204);
    // A call before the time is over starts nothing anew; when it is over, there is room again.
    server.clock.move(retryAfter);
    expect((await make(await otherToken())()).status).toBe(200);
  });
});

/** A token that costs no token request, for times at which the old one may have ended. */
async function otherToken(): Promise<string> {
  return (await server.rooms.access.logIn(RETAIL.email, RETAIL.password, '127.0.0.1')).accessToken;
}

/** Does something while PostgreSQL takes no connection to the server's database and has ended those there were. */
async function withoutDatabase(work: () => Promise<void>): Promise<void> {
  const name = new URL(server.databaseUrl).pathname.slice(1);
  // From beside: a connection cannot close the database that it is in.
  const admin = new pg.Client({ connectionString: inject('clusterUrl') });
  await admin.connect();
  const accept = (may: boolean) => admin.query(`alter database ${name} with allow_connections ${may}`);
  await accept(false);
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'acik-iys'`,
    [name],
  );
  try {
    await work();
  } finally {
    await accept(true);
    await admin.end();
  }
}

describe('requests per second', () => {
  it('H124, and in the next second there is room', async () => {
    await open({ limits: { ...FREE, requestsPerSecond: 3 } });
    const token = await otherToken();
    // All at once: as one second may end in between, there are more of them than two seconds allow.
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => server.call('GET', `${BRAND}/consents/changes`, { token })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 204).length).toBeGreaterThanOrEqual(3);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(codeOf(answer)).toBe('H124');
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(rateOf(answer)).toEqual([3, 0, 1]);
    }
    server.clock.move(2);
    expect((await server.call('GET', `${BRAND}/consents/changes`, { token })).status).toBe(204);
  });

  it('counts calls without a token, and answers them while the database is out of reach', async () => {
    await open({ limits: { ...FREE, requestsPerSecond: 3 } });
    const token = await otherToken();
    const changes = (token?: string) => server.call('GET', `${BRAND}/consents/changes`, { token });
    await withoutDatabase(async () => {
      const answers = await Promise.all(Array.from({ length: 60 }, () => changes()));
      const said = answers.map((answer) => `${answer.status} ${codeOf(answer)}`);
      expect(new Set(said)).toEqual(new Set(['401 H351', '429 H124']));
      server.clock.move(2);
      // Out of reach it was, for a call that has to ask.
      expect((await changes(token)).status).toBe(503);
    });
    server.clock.move(2);
    expect((await changes(token)).status).toBe(204);
  });

  it('of a token request: read from every spelling that clients know', async () => {
    await open({ limits: { ...FREE, tokensPerHour: 1 } });
    await server.token();
    const { status, body } = await server.call('POST', '/oauth2/token', { body: LOGIN });
    expect(status).toBe(429);
    const message = expect.stringMatching(/./);
    expect(body).toEqual({
      code: 'H084',
      message,
      errors: [{ code: 'H084', message }],
      error: 'invalid_request',
      error_description: message,
    });
  });
});

describe('the operator', () => {
  it('changes a limit for one provider; others keep the default', async () => {
    await open({ limits: { ...FREE, statusPerHour: 2 } });
    await server.owner.query(`insert into provider_limit values (600100, 'statusPerHour', 5)`);
    server.rooms.access.forget();
    const token = await otherToken();
    const ask = () => server.call('POST', `${BRAND}/consents/status`, { token, body: KEY });
    for (let left = 4; left >= 0; left--) expect(rateOf(await ask()).slice(0, 2)).toEqual([5, left]);
    expect((await ask()).status).toBe(429);

    server.clock.move(3_600);
    const { accessToken } = await server.rooms.access.logIn(BANK.email, BANK.password, '127.0.0.1');
    const askBank = () =>
      server.call('POST', '/sps/600200/brands/600200/consents/status', { token: accessToken, body: KEY });
    for (let left = 1; left >= 0; left--) expect(rateOf(await askBank()).slice(0, 2)).toEqual([2, left]);
    expect((await askBank()).status).toBe(429);
  });

  it('counts per network address, which only a trusted proxy may tell', async () => {
    const limits = { ...FREE, statusPerHour: 1 };
    const ask = async (from: string) => {
      const headers = { 'x-forwarded-for': from };
      return (await server.call('POST', `${BRAND}/consents/status`, { token: await otherToken(), body: KEY, headers }))
        .status;
    };
    await open({ limits, config: { trustProxy: ['127.0.0.1'] } });
    expect([await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.2')]).toEqual([200, 429, 200]);
    await server.close();
    await open({ limits });
    expect([await ask('192.0.2.1'), await ask('192.0.2.2')]).toEqual([200, 429]);
  });

  it('switches all off: no header, no refusal', async () => {
    await open({ limits: { ...FREE, requestsPerSecond: 1, statusPerHour: 1, tokensPerHour: 1, on: false } });
    const token = await server.token();
    await server.token(BANK.email);
    for (let i = 0; i < 5; i++) {
      const answer = await server.call('POST', `${BRAND}/consents/status`, { token, body: KEY });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit-limit')).toBeNull();
    }
  });
});

describe('how much', () => {
  it('1000 items are taken, 1001 are H091, and nothing of them is written', async () => {
    await open({});
    const token = await server.token();
    const items = (count: number) => Array.from({ length: count }, () => consent(server.clock.now(), 'MESAJ'));
    for (const version of ['', '/v2']) {
      const path = `${version}${BRAND}/consents/request`;
      const tooMany = await server.call('POST', path, { token, body: items(1_001) });
      expect([tooMany.status, codeOf(tooMany)]).toEqual([422, 'H091']);
      expect((await server.call('POST', path, { token, body: items(1_000) })).status).toBe(202);
    }
    const { rows } = await server.owner.query('select count(*)::int as count from movement');
    expect(rows).toEqual([{ count: 2_000 }]);
  });

  it('a body past the limit is 413 before it is read', async () => {
    await open({ config: { bodyBytesMax: 2_000 } });
    const token = await server.token();
    const path = `${BRAND}/consents`;
    const filled = (bytes: number): string => JSON.stringify(consent(server.clock.now(), 'MESAJ')).padEnd(bytes, ' ');
    expect((await server.call('POST', path, { token, raw: filled(2_000) })).status).toBe(200);
    const answer = await server.call('POST', path, { token, raw: filled(2_001) });
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({
      errors: [{ code: 'request.too_large', message: expect.stringMatching(/2000/) }],
    });
    // Not even JSON: it was not parsed.
    expect((await server.call('POST', path, { token, raw: '{'.repeat(2_001) })).status).toBe(413);
    // The length alone is enough, and without one the bytes are counted as they come.
    expect(await half(path, token, { 'content-length': 2_001 }, '{')).toBe(413);
    expect(await half(path, token, { 'transfer-encoding': 'chunked' }, '{'.repeat(2_001))).toBe(413);
  });

  /** Begins a request and does not end it. */
  function half(path: string, token: string, headers: Record<string, string | number>, begin: string) {
    return new Promise<number | undefined>((resolve, reject) => {
      const asking = request(server.url + path, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}` },
      });
      asking.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
        asking.destroy();
      });
      asking.on('error', reject);
      asking.write(begin);
    });
  }

  it.each([
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
    ['lists', (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`],
  ])('%s that nest too deep are refused on every path, deep within the parser’s bounds too', async (_, nest) => {
    await open({});
    const token = await server.token();
    for (const path of ['/consents', '/consents/request', '/consents/status', '/retailers', '/push/registration'])
      for (const depth of [17, 1_000, 200_000]) {
        const answer = await server.call('POST', BRAND + path, { token, raw: nest(depth) });
        expect([answer.status, codeOf(answer)], `${path} ${depth}`).toEqual([400, 'request.too_deep']);
      }
    const answer = await server.call('POST', '/oauth2/token', { raw: nest(1_000) });
    expect(answer.status).toBe(400);
  });
});
