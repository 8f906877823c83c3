// Addresses, tokens and passwords appear in no log line and no metric, whatever happens: good calls, wrong ones, and
// faults of ours whose messages quote what they refused. Each answer carries an id, and the log line the same one.

import { DatabaseError } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../../src/doors/official/index.ts';
import type { Rooms } from '../../src/house.ts';
import { type CallAnswer, PARTNER, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress, pathOf, retailerForm, SAMPLES, type Scene } from './samples.ts';
import { makePartners, type Receiver, receiver, setScene } from './scene.ts';

let server: TestServer;
let scene: (type?: 'ARAMA' | 'MESAJ' | 'EPOSTA') => Scene;
let good: Receiver;
/** How the rooms fail now, and with which words. */
const fault: { make: (() => Error) | undefined } = { make: undefined };
/** Nothing of this may be written down. */
const secrets = new Set<string>();
const answers: CallAnswer[] = [];

function breakable(rooms: Rooms): Rooms {
  const wrap = <T extends object>(room: T, names: readonly string[]): T =>
    new Proxy(room, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function' || !names.includes(String(name))) return value;
        return (...values: unknown[]) =>
          fault.make ? Promise.reject(fault.make()) : Reflect.apply(value, target, values);
      },
    });
  return {
    ...rooms,
    access: wrap(rooms.access, ['logIn', 'refresh']),
    registry: wrap(rooms.registry, ['record', 'withhold', 'status', 'granted', 'history', 'feed', 'request']),
    parties: wrap(rooms.parties, ['createRetailer', 'unknownRetailers', 'brandsOf']),
    deliveries: wrap(rooms.deliveries, ['register', 'unregister', 'list']),
    reports: wrap(rooms.reports, ['agree', 'agreement', 'summary']),
  };
}

/** Remembers every text in a body that is a secret: addresses, tokens, passwords, names. */
function remember(value: unknown): void {
  if (Array.isArray(value)) value.forEach(remember);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) {
      const telling =
        /recipient$|recipients|password|username|token|Token|tckn|tin|mobile|name|list|connection|url/.test(name);
      if (telling && typeof one === 'string' && one.length > 5 && one !== 'BIREYSEL') secrets.add(one);
      else if (Array.isArray(one) && telling)
        for (const item of one)
          if (typeof item === 'string') secrets.add(item);
          else remember(item);
      else remember(one);
    }
}

async function call(method: string, path: string, body?: unknown, token?: string): Promise<CallAnswer> {
  remember(body);
  if (token !== undefined) secrets.add(token);
  const answer = await server.call(method, path, { token, ...(body !== undefined && { body }) });
  if (path.endsWith('/token')) remember(answer.body);
  answers.push(answer);
  return answer;
}

beforeAll(async () => {
  server = await testServer({ logLevel: 'debug', wrap: breakable });
  good = await receiver();
  await makePartners(server);
  scene = await setScene(server, good.url);
  secrets.add(RETAIL.email).add(RETAIL.password).add(PARTNER.email).add(PARTNER.password);
});
afterAll(async () => {
  good.close();
  await server.close();
});

const ADD = '/sps/600100/brands/600100/consents';

async function everyRoute(): Promise<void> {
  for (const route of OFFICIAL_ROUTES)
    for (const type of ['MESAJ', 'EPOSTA'] as const) {
      const sample = SAMPLES[route.operation]?.(scene(type));
      if (!sample) throw new Error(`no sample for ${route.operation}`);
      const email = route.guard === 'partner' ? PARTNER.email : RETAIL.email;
      const token = route.guard === 'token' ? undefined : await tokenOf(email);
      await call(route.method, pathOf(route, sample.params), sample.body, token);
    }
}
const tokens = new Map<string, string>();
async function tokenOf(email: string): Promise<string> {
  const token = tokens.get(email) ?? (await server.token(email));
  tokens.set(email, token);
  return token;
}

it('good calls of every route', async () => {
  await everyRoute();
  expect(answers.every(({ status }) => status < 500)).toBe(true);
});

it('wrong calls, which quote what was wrong in the answer', async () => {
  const token = await tokenOf(RETAIL.email);
  const now = server.clock.now();
  for (const recipient of ['05321112233', 'ayşe@ornek.example', '+9053211122334455', newAddress('MESAJ')])
    for (const body of [
      consent(now, 'MESAJ', { recipient, status: 'RET' }),
      consent(now, 'EPOSTA', { recipient, [`${recipient}`]: recipient }),
      [consent(now, 'MESAJ', { recipient }), consent(now, 'MESAJ', { recipient })],
    ]) {
      await call('POST', Array.isArray(body) ? `${ADD}/request` : ADD, body, token);
      await call('POST', `${ADD}/status`, Array.isArray(body) ? body : { recipient, type: 'MESAJ' }, token);
    }
  await call('POST', '/oauth2/token', { grant_type: 'password', username: RETAIL.email, password: 'Yanlis-Parola' });
  await call('POST', '/oauth2/token', { grant_type: 'refresh_token', refresh_token: 'r'.repeat(43) });
  await call('POST', '/sps/600100/brands/600100/retailers', retailerForm({ tckn: '12345678901' }), token);
  await call('GET', '/sps/600100/brands', undefined, 'bozuk.jeton.metni');
});

it('an address where none belongs: in the path, in the query, in an unknown path', async () => {
  const token = await tokenOf(RETAIL.email);
  const address = newAddress('EPOSTA');
  secrets.add(address).add(encodeURIComponent(address));
  for (const path of [
    `${ADD}/request/${encodeURIComponent(address)}`,
    `${ADD}/changes?after=${encodeURIComponent(address)}`,
    `/sps/600100/brands/${encodeURIComponent(address)}/consents/changes`,
    `/sps/${encodeURIComponent(address)}/brands`,
    `/izin/${encodeURIComponent(address)}`,
    `/%zz/${encodeURIComponent(address)}`,
    `/sps/600100/brands/600100/retailers/${encodeURIComponent(address)}`,
  ])
    await call('GET', path, undefined, token);
  await call('POST', `/${encodeURIComponent(address)}`, { recipient: address }, token);
});

it.each([
  [
    'a database error that quotes the row',
    (secret: string) => {
      const error = new DatabaseError(`duplicate key (${secret})`, 8, 'error');
      return Object.assign(error, {
        code: '23505',
        detail: `Key (address)=(${secret}) already exists.`,
        where: secret,
      });
    },
  ],
  ['an error that quotes the address', (secret: string) => new Error(`no such address: ${secret}`)],
  ['one whose message looks like a stack', (secret: string) => new Error(`refused:\n    at ${secret} (x:1:1)`)],
  ['an error with such a cause', (secret: string) => new Error('outer', { cause: new Error(secret) })],
  ['something thrown that is no error', (secret: string) => secret as unknown as Error],
])('faults of ours: %s', async (_, make) => {
  const secret = newAddress('EPOSTA');
  secrets.add(secret);
  await tokenOf(RETAIL.email);
  await tokenOf(PARTNER.email);
  const before = answers.length;
  fault.make = () => make(secret);
  try {
    await everyRoute();
  } finally {
    fault.make = undefined;
  }
  const failed = answers.slice(before).filter(({ status }) => status >= 500);
  expect(failed.length).toBeGreaterThan(20);
  for (const { text } of failed) expect(text).not.toContain(secret);
});

it('none of it was written down', async () => {
  expect(secrets.size).toBeGreaterThan(60);
  const written = [...server.logLines, await server.metrics.text()];
  expect(server.logLines.length).toBeGreaterThanOrEqual(answers.length);
  for (const secret of secrets) {
    const found = written.find((line) => line.includes(secret));
    expect(found, `"${secret}" was written down`).toBeUndefined();
  }
  // Whatever looks like one, too.
  for (const line of written) expect(line).not.toMatch(/\+90\d{10}|[\w.]+@[\w.]+\.\w|\beyJ[\w-]+\.|Parola/);
});

it('each answer carries an id, and its log line the same', () => {
  const lines = server.logLines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const ids = answers.map(({ headers }) => headers.get('x-request-id'));
  expect(new Set(ids).size).toBe(answers.length);
  for (const [at, id] of ids.entries()) {
    expect(id).toMatch(/^[\w-]{8,}$/);
    const own = lines.filter(({ event, requestId }) => event === 'request' && requestId === id);
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ status: answers[at]?.status });
    // A fault's own line says by the id which call it was.
    if ((answers[at]?.status ?? 0) >= 500)
      expect(lines.some(({ event, requestId }) => event === 'request.failed' && requestId === id)).toBe(true);
  }
});
