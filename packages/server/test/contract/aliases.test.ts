// What existing programs really send, as public ones in several languages were seen to: each of it is a test here. They must work after nothing but a change of base address, user name and password.

import { formatTime } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../../src/doors/official/index.ts';
import { RETAIL, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress, pathOf, SAMPLES, type Scene } from './samples.ts';
import { makePartners, type Receiver, receiver, setScene } from './scene.ts';

let server: TestServer;
let scene: () => Scene;
let good: Receiver;
const CONSENTS = '/sps/600100/brands/600100/consents';
const LOGIN = { grant_type: 'password', username: RETAIL.email, password: RETAIL.password };

beforeAll(async () => {
  server = await testServer();
  good = await receiver();
  await makePartners(server);
  scene = await setScene(server, good.url);
});
afterAll(async () => {
  good.close();
  await server.close();
});

interface Granted {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}
async function granted(answer: Promise<{ status: number; text: string; body: unknown }>): Promise<Granted> {
  const { status, text, body } = await answer;
  expect(status, text).toBe(200);
  return body as Granted;
}
const asForm = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

describe('the token request', () => {
  const FORM = 'application/x-www-form-urlencoded';

  it('carries further keys, which are ignored', async () => {
    const further = { iysCode: 600100, brandCode: '600100', status: 'ACTIVE', client_id: null, liste: [1], nesne: {} };
    await granted(server.call('POST', '/oauth2/token', { body: { ...further, ...LOGIN } }));
    const raw = asForm({ ...LOGIN, iysCode: '600100', status: 'x' });
    await granted(server.call('POST', '/oauth2/token', { raw, headers: { 'content-type': FORM } }));
  });

  it.each([
    ['JSON', JSON.stringify(LOGIN), 'application/json'],
    ['JSON with a charset', JSON.stringify(LOGIN), 'application/json; charset=utf-8'],
    ['JSON as a form', JSON.stringify(LOGIN), FORM],
    ['JSON as text', JSON.stringify(LOGIN), 'text/plain'],
    ['JSON as XML', JSON.stringify(LOGIN), 'application/xml'],
    ['JSON as nothing', JSON.stringify(LOGIN), undefined],
    ['JSON as a word that is no type', JSON.stringify(LOGIN), 'json'],
    ['JSON as two types at once', JSON.stringify(LOGIN), 'application/json, application/json'],
    ['JSON with a half parameter', JSON.stringify(LOGIN), 'application/json; charset'],
    ['JSON as an empty word', JSON.stringify(LOGIN), ' '],
    ['a form', asForm(LOGIN), FORM],
    ['a form with a charset', asForm(LOGIN), `${FORM}; charset=UTF-8`],
    ['a form as nothing', asForm(LOGIN), undefined],
  ])('comes as %s', async (_, raw, type) => {
    const answer = server.call('POST', '/oauth2/token', { raw, ...(type && { headers: { 'content-type': type } }) });
    const { access_token } = await granted(answer);
    expect((await server.call('GET', '/sps/600100/brands', { token: access_token })).status).toBe(200);
  });

  it('answers both spellings of the tokens', async () => {
    const pair = await granted(server.call('POST', '/oauth2/token', { body: LOGIN }));
    expect(pair.access_token).toMatch(/^ey/);
    expect(pair.accessToken).toBe(pair.access_token);
    expect(pair.refresh_token).toBeTypeOf('string');
    expect(pair.refreshToken).toBe(pair.refresh_token);
  });

  it('answers a JWT in which the claims stand that programs read', async () => {
    const { access_token } = await granted(server.call('POST', '/oauth2/token', { body: LOGIN }));
    const claims = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      realm_access: { roles: ['API_USER'] },
      serviceProvider: { title: RETAIL.title, iysCode: RETAIL.code },
      preferred_username: RETAIL.email,
    });
    expect(claims.brands).toContainEqual({ brandCode: 600100, name: 'Örnek Perakende' });
  });

  it('is refreshed at /oauth2/token and at /oauth/token, as JSON and as a form', async () => {
    let { refresh_token } = await granted(server.call('POST', '/oauth2/token', { body: LOGIN }));
    for (const path of ['/oauth2/token', '/oauth/token'])
      for (const as of ['json', 'form']) {
        const fields = { grant_type: 'refresh_token', refresh_token };
        const pair = await granted(
          server.call(
            'POST',
            path,
            as === 'json' ? { body: fields } : { raw: asForm(fields), headers: { 'content-type': FORM } },
          ),
        );
        expect(pair.refresh_token).not.toBe(refresh_token);
        ({ refresh_token } = pair);
      }
  });

  it('may be asked for at /oauth/token as well', async () => {
    await granted(server.call('POST', '/oauth/token', { body: LOGIN }));
  });

  it('is answered with error and error_description when it is wrong', async () => {
    const { status, body } = await server.call('POST', '/oauth2/token', { body: { ...LOGIN, password: 'yanlış' } });
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'invalid_request', error_description: expect.stringMatching(/./) });
  });
});

describe('paths', () => {
  /** Every other spelling that a program uses, beside the path of the contract. */
  const SPELLINGS: readonly (readonly [operation: string, path: string])[] = [
    ['createToken', '/oauth/token'],
    ['consentDetail', '/sps/{iysCode}/brands/{brandCode}/status'],
    ['searchRetailersOfOneConsent', '/sps/{iysCode}/brands/{brandCode}/consents/retailers/access/list'],
    ['removeRelationBetweenRetailer', '/sps/{iysCode}/brands/{brandCode}/consents/retailer/access/remove'],
    [
      'removeRelationsBetweenRetailersAndConsents',
      '/sps/{iysCode}/brands/{brandCode}/consents/retailer/access/remove/all',
    ],
    ['getCities', '/info/cities'],
    ['cityDetails', '/info/cities/{code}'],
  ];

  const routeOf = (operation: string) => {
    const route = OFFICIAL_ROUTES.find((one) => one.operation === operation);
    const make = SAMPLES[operation];
    if (!route || !make) throw new Error(`no route or sample ${operation}`);
    return { route, sample: make(scene()) };
  };

  async function send(method: string, path: string, body: unknown) {
    const answer = await server.call(method, path, {
      token: await server.token(),
      ...(body !== undefined && { body }),
    });
    // Ids, tokens and times differ from call to call.
    const shape = JSON.stringify(answer.body, (_, value) => (typeof value === 'string' ? 'text' : value));
    return { status: answer.status, shape };
  }

  it.each(SPELLINGS)('%s: %s', async (operation, path) => {
    const { route, sample } = routeOf(operation);
    const expected = await send(route.method, pathOf(route, sample.params), sample.body);
    expect(expected.status).toBeLessThan(300);
    expect(await send(route.method, pathOf({ path }, sample.params), sample.body)).toEqual(expected);
  });

  it('has a test for each alias that a route names', () => {
    const aliases = OFFICIAL_ROUTES.flatMap((route) =>
      (route.aliases ?? []).map((path) => `${route.operation} ${path}`),
    );
    expect(aliases.sort()).toEqual(SPELLINGS.map(([operation, path]) => `${operation} ${path}`).sort());
  });

  const READING = OFFICIAL_ROUTES.filter(({ method, operation }) => method === 'GET' || operation === 'consentDetail')
    .filter(({ guard }) => guard !== 'partner')
    .map(({ operation }) => operation);

  it.each(READING)('%s: with a trailing slash, and with // at the join of base and path', async (operation) => {
    const { route, sample } = routeOf(operation);
    const path = pathOf(route, sample.params);
    const expected = await send(route.method, path, sample.body);
    expect(expected.status).toBeLessThan(300);
    for (const other of [`${path}/`, `/${path}`, `//${path}`, path.replace('/brands/', '//brands/'), `/${path}/`])
      expect(await send(route.method, other, sample.body), other).toEqual(expected);
  });

  it('// in a query is left alone', async () => {
    const token = await server.token();
    const answer = await server.call('GET', `${CONSENTS}/changes?source=//`, { token });
    expect(answer.body).toMatchObject({ errors: [{ code: 'H506', value: '//' }] });
  });
});

describe('changes', () => {
  it.each([
    '?after=&limit=&source=',
    '?source=HS&limit=5&after=',
    '?limit=5&after=&source=HS',
    '?source=HS',
    '?limit=5',
    '?source=&limit=5&after=',
    '?source=HS&bilinmeyen=1',
  ])('with the query %s', async (query) => {
    const { status, text } = await server.call('GET', `${CONSENTS}/changes${query}`, { token: await server.token() });
    expect([200, 204].includes(status), text).toBe(true);
  });

  it('takes a cursor in milliseconds, as the page of 2020 shows it', async () => {
    const token = await server.token();
    const first = await server.call('GET', `${CONSENTS}/changes?source=HS&limit=1`, { token });
    const { after } = first.body as { after: string };
    const [seconds, id] = after.split('_');
    const plain = await server.call('GET', `${CONSENTS}/changes?source=HS&after=${after}`, { token });
    const long = await server.call('GET', `${CONSENTS}/changes?source=HS&after=${seconds}000_${id}`, { token });
    expect(plain.status).toBe(200);
    expect(long.body).toEqual(plain.body);
  });
});

describe('tokens without end', () => {
  it('a new one before every call, from many at once, inside the published limit is never slowed or refused', async () => {
    const busy = await testServer({ limits: { on: true, requestsPerSecond: 1_000, tokensPerHour: 100 } });
    try {
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => busy.call('POST', '/oauth2/token', { body: LOGIN })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      for (let i = 0; i < 10; i++) {
        const { access_token } = await granted(busy.call('POST', '/oauth2/token', { body: LOGIN }));
        expect((await busy.call('GET', '/sps/600100/brands', { token: access_token })).status).toBe(200);
      }
      // The token of the first goes on working: a log-in ends no other.
      const [first] = answers.map(({ body }) => body as Granted);
      expect((await busy.call('GET', '/sps/600100/brands', { token: first?.access_token })).status).toBe(200);
    } finally {
      await busy.close();
    }
  });

  it('after a 401 and after a 403 a new one is given', async () => {
    expect((await server.call('GET', '/sps/600100/brands', { token: 'yok' })).status).toBe(401);
    await granted(server.call('POST', '/oauth2/token', { body: LOGIN }));
    expect((await server.call('GET', '/sps/600200/brands', { token: await server.token() })).status).toBe(403);
    await granted(server.call('POST', '/oauth2/token', { body: LOGIN }));
  });
});

describe('consents', () => {
  it('RED, a common slip for RET, is told so', async () => {
    const token = await server.token();
    const body = consent(server.clock.now(), 'MESAJ', { status: 'RED' });
    for (const version of ['', '/v2']) {
      const one = await server.call('POST', `${version}${CONSENTS}`, { token, body });
      const many = await server.call('POST', `${version}${CONSENTS}/request`, { token, body: [body] });
      for (const { status, body: said } of [one, many]) {
        expect(status).toBe(422);
        const [error] = (said as { errors: { code: string; message: string; value: string }[] }).errors;
        expect(error).toMatchObject({ code: 'H115', location: ['status'], value: 'RED' });
        expect(error?.message).toMatch(/\bRET\b/);
      }
    }
  });

  it('a date made in UTC by mistake, three hours early, is legal', async () => {
    const consentDate = formatTime(server.clock.now() - 3 * 3_600);
    const body = consent(server.clock.now(), 'MESAJ', { consentDate });
    const token = await server.token();
    expect((await server.call('POST', CONSENTS, { token, body })).status).toBe(200);
    const key = { recipient: body.recipient, type: 'MESAJ', recipientType: 'BIREYSEL' };
    const { body: status } = await server.call('POST', `${CONSENTS}/status`, { token, body: key });
    expect(status).toMatchObject({ consentDate });
  });

  it('unknown keys are refused here, and only here', async () => {
    const body = consent(server.clock.now(), 'MESAJ', { iysCode: 600100 });
    const answer = await server.call('POST', CONSENTS, { token: await server.token(), body });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ code: 'H118', location: ['iysCode'], value: 600100 }] });
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=UTF-8', 'json'])(
    'come with the content type %s',
    async (type) => {
      const raw = JSON.stringify(consent(server.clock.now(), 'MESAJ'));
      const headers = type === undefined ? {} : { 'content-type': type };
      const answer = await server.call('POST', CONSENTS, { token: await server.token(), raw, headers });
      expect(answer.status, answer.text).toBe(200);
    },
  );

  it('numbers come as text and as numbers', async () => {
    const token = await server.token();
    const { retailer } = scene();
    for (const spell of [String, Number]) {
      const recipient = newAddress('MESAJ');
      const body = consent(server.clock.now(), 'MESAJ', {
        recipient,
        retailerCode: spell(retailer),
        retailerAccess: [spell(retailer)],
      });
      expect((await server.call('POST', CONSENTS, { token, body })).status).toBe(200);
      const access = {
        recipients: [recipient],
        type: 'MESAJ',
        recipientType: 'BIREYSEL',
        retailerAccess: [spell(retailer)],
      };
      expect((await server.call('PUT', `${CONSENTS}/retailers/access`, { token, body: access })).status).toBe(202);
    }
    // Leading zeros in the path are the same number.
    expect((await server.call('GET', '/sps/0600100/brands', { token })).status).toBe(200);
  });
});

describe('errors', () => {
  it('hold code and message in errors[]; H353 in both spellings where the contract has the other one', async () => {
    const token = await server.token();
    const body = consent(server.clock.now(), 'MESAJ');
    const answer = await server.call('POST', '/sps/600200/brands/600200/consents', { token, body });
    expect(answer.status).toBe(403);
    expect(answer.body).toEqual({
      errors: [{ code: 'H353', 'code:': 'H353', message: expect.stringMatching(/iysCode/) }],
    });
  });
});
