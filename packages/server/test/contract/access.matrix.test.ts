// Who may call what: each route × {no token, rubbish, expired, revoked, other provider, partner without the right,
// read-only partner …}, made from the table of routes. A new route is covered by itself; without a sample it fails
// here by its name.

import { CHANNELS, type Channel } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES, type OfficialRoute } from '../../src/doors/official/index.ts';
import { BANK, PARTNER, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { type Act, pathOf, SAMPLES, type Sample, type Scene } from './samples.ts';
import { CALLER, makePartners, newRetailer, READER, type Receiver, receiver, setScene } from './scene.ts';

let server: TestServer;
let scene: (type?: Channel) => Scene;
let good: Receiver;
/** Tokens: of sessions of further partners, of one that was ended, and one that only refreshes. */
let reader: string;
let caller: string;
let ended: string;
let refresh: string;

beforeAll(async () => {
  server = await testServer();
  good = await receiver();
  await makePartners(server);
  scene = await setScene(server, good.url);
  const logIn = ({ email, password }: { email: string; password: string }) =>
    server.rooms.access.logIn(email, password, '127.0.0.1');
  reader = (await logIn(READER)).accessToken;
  caller = (await logIn(CALLER)).accessToken;
  refresh = (await logIn(RETAIL)).refreshToken;
  ended = (await logIn(RETAIL)).accessToken;
  expect((await server.call('GET', '/sps/600100/brands', { token: ended })).status).toBe(200);
  await server.rooms.access.revokeFamily(ended);
});
afterAll(async () => {
  good.close();
  await server.close();
});

const ROUTES = OFFICIAL_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const GUARDED = ROUTES.filter(([, { guard }]) => guard !== 'token');

function sampleOf(route: OfficialRoute, type: Channel = 'MESAJ'): Sample {
  const make = SAMPLES[route.operation];
  if (make === undefined) throw new Error(`no sample for ${route.operation} (test/contract/samples.ts)`);
  return make(scene(type));
}

interface Who {
  readonly token?: string | undefined;
  readonly authorization?: string;
  readonly type?: Channel;
  readonly params?: Sample['params'];
}

async function call(route: OfficialRoute, { token, authorization, type, params }: Who) {
  const sample = sampleOf(route, type);
  return await server.call(route.method, pathOf(route, { ...sample.params, ...params }), {
    token,
    ...(sample.body !== undefined && { body: sample.body }),
    ...(authorization !== undefined && { headers: { authorization } }),
  });
}

/** Whom and what a failure is about, without the token. */
const said = ({ token, authorization, ...rest }: Who): string =>
  JSON.stringify({ ...rest, authorization: authorization?.slice(0, 20) });

const codesOf = ({ body }: { body: unknown }): string[] =>
  ((body as { errors?: { code: string }[] } | undefined)?.errors ?? []).map(({ code }) => code);

async function expectRefused(route: OfficialRoute, who: Who, status: number, code: string): Promise<void> {
  const answer = await call(route, who);
  expect({ status: answer.status, codes: codesOf(answer) }, said(who)).toEqual({ status, codes: [code] });
}

async function expectServed(route: OfficialRoute, who: Who): Promise<void> {
  const answer = await call(route, who);
  const outcome = `${said(who)} → ${answer.status} ${answer.text.slice(0, 200)}`;
  expect([200, 201, 202, 204].includes(answer.status), outcome).toBe(true);
}

it.each(ROUTES)('%s has a sample', (_, route) => {
  expect(Object.keys(SAMPLES)).toContain(route.operation);
});

it('has no sample without a route', () => {
  expect(Object.keys(SAMPLES).sort()).toEqual(OFFICIAL_ROUTES.map(({ operation }) => operation).sort());
});

describe('its own provider or partner is served', () => {
  it.each(ROUTES)('%s', async (_, route) => {
    const email = route.guard === 'partner' ? PARTNER.email : RETAIL.email;
    await expectServed(route, { token: route.guard === 'token' ? undefined : await server.token(email) });
  });
});

describe('no token, and what is none', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    const code = route.tokenCode ?? 'H351';
    const token = await server.token();
    const [head, claims, signature] = token.split('.') as [string, string, string];
    const other = Buffer.from(claims, 'base64url')
      .toString()
      .replace(/"sub":"\d+"/, '"sub":"1"');
    const forged = [
      `${head}.${Buffer.from(`${other} `).toString('base64url')}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`,
      `${head}.${claims}.${signature.slice(0, -2)}`,
    ];
    for (const authorization of [
      undefined,
      'Bearer',
      'Bearer null',
      'Bearer yok.yok.yok',
      `Basic ${Buffer.from(`${RETAIL.email}:${RETAIL.password}`).toString('base64')}`,
      token,
      ...forged.map((text) => `Bearer ${text}`),
    ])
      await expectRefused(route, authorization === undefined ? {} : { authorization }, 401, code);
  });
});

describe('a refresh token is no access token', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    await expectRefused(route, { token: refresh }, 401, route.tokenCode ?? 'H351');
  });
});

describe('a token of an ended session', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    await expectRefused(route, { token: ended }, 401, route.tokenCode ?? 'H351');
  });
});

describe('another provider', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    const token = await server.token(BANK.email);
    switch (route.guard) {
      case 'brand':
        // Its own number and another's brand, and the other way round.
        await expectRefused(route, { token, params: { iysCode: BANK.code } }, 403, 'H353');
        await expectRefused(route, { token, params: { brandCode: BANK.code } }, 403, 'H353');
        await expectRefused(route, { token }, 403, 'H353');
        break;
      case 'provider':
        await expectRefused(route, { token }, 403, 'H353');
        break;
      case 'partner':
        await expectRefused(route, { token }, 400, route.path.endsWith('/subscription') ? 'H522' : 'H363');
        break;
      default:
        await expectServed(route, { token });
    }
  });
});

describe('a partner without the right', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    const token = await server.token(PARTNER.email);
    switch (route.guard) {
      case 'brand':
        // Nothing at this provider; nothing on this brand of a provider that gave it another.
        await expectRefused(route, { token, params: { iysCode: BANK.code, brandCode: BANK.code } }, 403, 'H353');
        await expectRefused(route, { token, params: { brandCode: 600101 } }, 403, 'H353');
        break;
      case 'provider':
        await expectRefused(route, { token, params: { iysCode: BANK.code } }, 403, 'H353');
        break;
      case 'partner':
        await expectRefused(route, { token, params: { integratorCode: READER.code } }, 403, 'H353');
        if (route.path.includes('{iysCode}'))
          await expectRefused(route, { token, params: { iysCode: BANK.code } }, 403, 'H353');
        break;
      default:
        await expectServed(route, { token });
    }
  });
});

/** Acts that a partner who may only read all channels is refused. */
const FOR_WRITERS: readonly Act[] = ['write', 'retailers', 'reconcile'];

describe('a partner that may only read', () => {
  it.each(GUARDED)('%s', async (_, route) => {
    const token = reader;
    for (const type of CHANNELS) {
      const { act } = sampleOf(route, type);
      if (FOR_WRITERS.includes(act)) await expectRefused(route, { token, type }, 403, 'H353');
      else
        await expectServed(route, {
          token,
          type,
          params: route.guard === 'partner' ? { integratorCode: READER.code } : {},
        });
    }
  });
});

describe('a partner with a right on another channel only', () => {
  it.each(GUARDED.filter(([, { guard }]) => guard === 'brand'))('%s', async (_, route) => {
    const token = caller;
    const { act } = sampleOf(route, 'EPOSTA');
    if (act === 'open') await expectServed(route, { token, type: 'EPOSTA' });
    else await expectRefused(route, { token, type: 'EPOSTA' }, 403, 'H353');
  });
});

describe('the partner of the demo: writes MESAJ, only reads EPOSTA', () => {
  it.each(GUARDED.filter(([, { guard }]) => guard === 'brand'))('%s', async (_, route) => {
    const token = await server.token(PARTNER.email);
    if (sampleOf(route).act === 'write') await expectRefused(route, { token, type: 'EPOSTA' }, 403, 'H353');
    // The sample's retailer was deleted by its provider above.
    const params = route.operation === 'deleteRetailer' ? { retailerCode: await newRetailer(server) } : {};
    await expectServed(route, { token, type: 'MESAJ', params });
  });
});

// Last: it moves the clock past the tokens' end.
describe('an expired token', () => {
  const kept: { token?: string } = {};
  beforeAll(async () => {
    kept.token = await server.token();
    expect((await server.call('GET', '/sps/600100/brands', { token: kept.token })).status).toBe(200);
    server.clock.move(7_200);
  });
  it.each(GUARDED)('%s', async (_, route) => {
    await expectRefused(route, { token: kept.token }, 401, route.tokenCode ?? 'H351');
  });
});
