// The contract, row by row: each path × documented answer × code is provoked over real HTTP on a real server, and a
// row passes only on a recorded answer that has its status, code, envelope and keys, or a success's shape (table.ts).
// Faults of ours are injected into the rooms. What cannot be met over plain HTTP stands in LISTED with its reason; a
// listed row that is met after all is a fault of the list.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatTime, istanbulDay, kindOf, ONAY, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../../src/doors/official/index.ts';
import type { Rooms } from '../../src/house.ts';
import { DOORS } from '../../src/rooms/registry/index.ts';
import { BANK, type CallOptions, PARTNER, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress, newTckn, pathOf, retailerForm, routeOf, SAMPLES, type Scene } from './samples.ts';
import { ADMIN, makePartners, newRetailer, READER, receiver, setScene, USERLESS } from './scene.ts';
import { CONTRACT, type Recorded, ROWS, type Row } from './table.ts';

interface Listed {
  readonly row: RegExp;
  readonly why: string;
}
const LISTED: readonly Listed[] = [
  {
    row: / 40[01] errors\[\] H25[02]$/,
    why: 'codes of another log-in (user name and password in the header), which no path here has: 401 H351',
  },
  {
    row: /^(GET|POST|DELETE) \/(?!integrator).* 401 errors\[\] H251$/,
    why: 'code of another log-in, which no path here has: 401 H351',
  },
  { row: / application\/xml$/, why: 'JSON is what is asked for and answered; the XML examples say the same twice' },
  { row: / 500 errors\[\] H476$/, why: 'twin of H470 on the same path: one unexpected fault has one code' },
  {
    row: /consents 400 errors\[\] H467$/,
    why: 'one example has 400, the other example of the same path and all other paths 422',
  },
  {
    row: /^DELETE .*H180/,
    why: 'speaks of a list in the body, which DELETE has not; a retailer that does not exist is 404 H058',
  },
  {
    row: /access\/remove 200$/,
    why: 'documented without a body beside 202; note 1.0.1 of the document: 202 without body',
  },
  {
    row: /^GET \/integrator.* 404 errors\[\] H031$/,
    why: 'the user whom the token names is gone: its token is turned away before, 401 H351',
  },
  {
    row: /unregistration 422 errors\[\] H191$/,
    why: 'removing calls no receiver, so nothing can be late',
  },
];

const records = new Map<string, Recorded[]>();
const nameOf = (method: string, path: string): string => `${method} ${path}`;

interface Asked extends Omit<CallOptions, 'token'> {
  /** `null`: none. Default: the provider's. */
  readonly token?: string | null;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly example?: string;
}

/** Who asks what, on one server. The valid sample of the operation is sent, changed as asked; the answer is kept. */
function asker(server: TestServer, scene: () => Scene) {
  return async (operation: string, asked: Asked = {}) => {
    const route = routeOf(operation);
    const sample = (SAMPLES[operation] as (scene: Scene) => { params: object; body?: unknown })(scene());
    const params = { ...sample.params, ...asked.params };
    const ownToken = route.guard === 'partner' ? PARTNER.email : RETAIL.email;
    const token =
      asked.token === null || route.guard === 'token' ? undefined : (asked.token ?? (await server.token(ownToken)));
    const body = 'body' in asked ? asked.body : sample.body;
    const answer = await server.call(route.method, pathOf(route, params) + (asked.query ?? ''), {
      token,
      ...(asked.raw === undefined ? body !== undefined && { body } : { raw: asked.raw }),
      ...(asked.headers && { headers: asked.headers }),
    });
    const key = nameOf(route.method, route.path);
    const kept = records.get(key) ?? [];
    records.set(key, kept);
    kept.push({ ...answer, contentType: answer.headers.get('content-type') ?? '', example: asked.example });
    return answer;
  };
}
type Ask = ReturnType<typeof asker>;

const OPERATIONS = OFFICIAL_ROUTES.map(({ operation }) => operation);
const guardOf = (operation: string) => routeOf(operation).guard;

let server: TestServer;
let ask: Ask;
let scene: (type?: 'ARAMA' | 'MESAJ' | 'EPOSTA') => Scene;
let good: Awaited<ReturnType<typeof receiver>>;

beforeAll(async () => {
  server = await testServer();
  good = await receiver();
  await makePartners(server);
  scene = await setScene(server, good.url);
  ask = asker(server, () => scene());
});
afterAll(async () => {
  good.close();
  await server.close();
});

/** The body of an operation's sample with changes; `undefined` takes a key away. */
function bodyOf(operation: string, more: object, type: 'MESAJ' | 'EPOSTA' = 'MESAJ'): object {
  const { body } = (SAMPLES[operation] as (scene: Scene) => { body: object })(scene(type));
  return { ...(body as object), ...more };
}

const LONG_NUMBER = '+9053211122334455';
const UNKNOWN_RETAILER = 99_999_999;

describe('provoking', () => {
  it('who may not: no token, other people, unknown numbers', async () => {
    for (const operation of OPERATIONS) {
      const guard = guardOf(operation);
      if (guard === 'token') continue;
      await ask(operation, { token: null });
      if (guard === 'brand' || guard === 'provider') await ask(operation, { params: { iysCode: BANK.code } });
      if (guard === 'brand') await ask(operation, { params: { brandCode: BANK.code } });
      if (guard === 'partner') {
        await ask(operation, { params: { integratorCode: READER.code } });
        await ask(operation, { params: { integratorCode: 999_999 } });
        await ask(operation, { params: { integratorCode: USERLESS } });
        await ask(operation, { params: { iysCode: BANK.code } });
        await ask(operation, { token: await server.token() });
      }
      if (routeOf(operation).tellsUnknownNumbers) {
        await ask(operation, { params: { iysCode: 699_999 } });
        if (guard === 'brand') await ask(operation, { params: { brandCode: 699_998 } });
      }
    }
  });

  it('subscriptions in every state', async () => {
    const setTo = async (change: string) => {
      await server.owner.query(`update subscription set ${change}`);
      server.rooms.access.forget();
    };
    for (const change of [`status = 'CLOSED'`, `status = 'PAUSED'`, `status = 'ACTIVE', api_included = false`]) {
      await setTo(change);
      for (const operation of OPERATIONS) if (guardOf(operation) !== 'token') await ask(operation);
    }
    await setTo('api_included = true');
    await server.owner.query('create table kept_subscription as select * from subscription');
    await server.owner.query('delete from subscription');
    server.rooms.access.forget();
    for (const operation of OPERATIONS) if (guardOf(operation) !== 'token') await ask(operation);
    await server.owner.query('insert into subscription select * from kept_subscription');
    await setTo('consent_limit = 0, consent_limit_exceed = false');
    for (const operation of ['addConsent', 'addConsentV2', 'addBatchConsent', 'addBatchConsentV2'])
      await ask(operation);
    await setTo('consent_limit = 1000000, consent_limit_exceed = true');
  });

  it('tokens', async () => {
    const login = { grant_type: 'password', username: RETAIL.email, password: RETAIL.password };
    const granted = await ask('createToken', { body: login });
    const { refresh_token } = granted.body as { refresh_token: string };
    const renewal = { grant_type: 'refresh_token', refresh_token };
    await ask('createToken', { body: renewal });

    const wrong = (example: string, body: object) => ask('createToken', { body, example });
    await wrong('missing grant_type', { ...login, grant_type: undefined });
    await wrong('unknown grant_type', { ...login, grant_type: 'parola' });
    await wrong('empty grant_type', { ...login, grant_type: '' });
    await wrong('unsupported grant_type', { ...login, grant_type: 'client_credentials' });
    // By their sentences the examples named "empty" speak of a wrong type, those named "unsupported" of an empty text.
    for (const field of ['username', 'password', 'refresh_token']) {
      const full = field === 'refresh_token' ? renewal : login;
      await wrong(`missing ${field}`, { ...full, [field]: undefined });
      await wrong(`empty ${field}`, { ...full, [field]: 5 });
      await wrong(`unsupported ${field}`, { ...full, [field]: '' });
    }
    await wrong('invalid credentials', { ...login, password: 'yanlış' });
    await wrong('unexpectedUserRole', { ...login, username: ADMIN.email, password: ADMIN.password });
  });

  it.each(['addConsent', 'addConsentV2'])('%s', async (operation) => {
    const at = (hours: number) => formatTime(server.clock.now() - hours * 3_600);
    const add = (more: object, type: 'MESAJ' | 'EPOSTA' = 'MESAJ') =>
      ask(operation, { body: { ...consent(server.clock.now(), type), ...more } });
    const times = async (bodies: readonly object[], type: 'MESAJ' | 'EPOSTA' = 'MESAJ') => {
      const recipient = newAddress(type);
      for (const body of bodies) await add({ recipient, ...body }, type);
    };
    await add({});
    await ask(operation, { raw: '{' });
    await add({ retailerCode: '' });
    await add({ status: 'RET' });
    await times([{ consentDate: at(9) }, { status: 'RET', consentDate: at(8) }, { status: 'RET', consentDate: at(7) }]);
    await times([{ consentDate: at(8) }, { consentDate: at(8), source: 'HS_MOBIL' }]);
    const merchant = { recipientType: 'TACIR', consentDate: at(9) };
    await times([merchant, { ...merchant, source: undefined, consentDate: at(8) }]);
    await times([merchant, { ...merchant, consentDate: undefined }]);
    await add({ consentDate: at(24 * 20) });
    await add({ retailerAccess: [UNKNOWN_RETAILER] });
    for (const field of ['type', 'source', 'recipient', 'status', 'consentDate']) await add({ [field]: undefined });
    await add({ type: 'SMS' });
    await add({ source: 'HS_BILINMEYEN' });
    await add({ recipient: 'çınar@ornek.example' }, 'EPOSTA');
    await add({ recipient: LONG_NUMBER });
    await add({ status: 'OLUR' });
    await add({ consentDate: '2026-02-30 10:00:00' });
    await add({ consentDate: '2015-04-30 10:00:00' });
    await add({ source: 'HS_2015', consentDate: '2016-05-01 00:00:00' });
    await add({ unacceptableProperty: 'x' });
    await add({ recipientType: 'KURUM' });
    await add({ source: 'HS_KARAR' });
  });

  it.each(['addBatchConsent', 'addBatchConsentV2'])('%s', async (operation) => {
    const now = server.clock.now();
    const one = (more: object = {}, type: 'MESAJ' | 'EPOSTA' = 'MESAJ') => ({ ...consent(now, type), ...more });
    const add = (...items: unknown[]) => ask(operation, { body: items });
    await add(one(), one({}, 'EPOSTA'), one({ recipientType: 'TACIR' }, 'EPOSTA'));
    await add(one({ retailerCode: '' }));
    await ask(operation, { raw: '[{' });
    await ask(operation, { body: {} });
    await add(one({ retailerCode: UNKNOWN_RETAILER }));
    await add(one({ retailerAccess: [UNKNOWN_RETAILER] }));
    await add(...Array.from({ length: 1_001 }, () => one()));
    for (const field of ['type', 'source', 'recipient']) await add(one({ [field]: undefined }));
    await add(one({ type: 'SMS' }));
    await add(one({ source: 'HS_BILINMEYEN' }));
    await add(one({ status: 'OLUR' }));
    await add(one({ recipientType: 'KURUM' }));
    await add(
      one({ consentDate: formatTime(now + 86_400) }),
      one({ consentDate: '2026-02-30 10:00:00' }),
      one({ source: 'HS_2015', consentDate: '2015-04-30 00:00:00' }),
      one({ consentDate: '2015-04-30 00:00:00' }),
    );
    await add(one({ recipient: 'çınar@ornek.example' }, 'EPOSTA'));
    await add(
      one({ recipient: 'çınar@ornek.example' }, 'EPOSTA'),
      one({ recipient: 'ada' }, 'EPOSTA'),
      one({ recipient: LONG_NUMBER }),
    );
    await add(one({ retailerAccess: [] }));
    await add(one({ retailerAccess: Array.from({ length: 3_001 }, (_, at) => 10_000_000 + at) }));
    const recipient = newAddress('MESAJ');
    await add(one({ recipient }), one({ recipient }));
    await add(one({ source: 'HS_KARAR' }));
    await add(one({ consentDate: formatTime(now - 20 * 86_400) }));
  });

  it.each(['', 'V2'])('results of a batch %s', async (version) => {
    const operation = `searchRequestDetails${version}`;
    const now = server.clock.now();
    const stored = consent(now, 'MESAJ');
    await ask('addBatchConsentV2', { body: [stored] });
    const added = await ask(`addBatchConsent${version}`, {
      body: [consent(now, 'MESAJ', { status: 'RET' }), consent(now, 'MESAJ'), ...(version ? [stored] : [])],
    });
    await ask(operation, { params: { requestId: (added.body as { requestId: string }).requestId } });
    await ask(operation, { params: { requestId: `${'a9817bd8-0642-4d8c-946b-cc47d5aac41a'}-cc47` } });
    await ask(operation, { params: { requestId: 'harfler' } });
    await ask(operation, { params: { requestId: '123456' } });
  });

  it('retailers', async () => {
    const operation = 'createRetailer';
    const create = (more: object) => ask(operation, { body: { ...retailerForm(), ...more } });
    const mersis = '0123456789000013';
    const first = await create({ mersis, alias: 'Şube', mobile: '+905321112233' });
    const { retailerCode } = first.body as { retailerCode: number };
    await create({ mersis });
    await create({ bilinmeyen: 1 });
    await create({ title: 'a'.repeat(256) });
    await ask(operation, { raw: '{' });
    await create({ status: 'kapalı' });
    await create({ mobile: '05' });
    await create({ tckn: '10000000147' });
    await create({ tckn: '123' });
    await create({ mersis: '0123456788000013' });
    await create({ mersis: '123' });
    for (const field of ['title', 'name', 'tckn', 'city', 'town', 'tin']) await create({ [field]: undefined });
    for (const field of ['city', 'town']) {
      await create({ [field]: { name: 'Ad' } });
      await create({ [field]: { code: '1' } });
    }
    for (const field of ['title', 'name', 'alias']) await create({ [field]: '!?*' });
    const tckn = newTckn();
    await create({ tckn, status: 'active' });
    await create({ tckn });
    const passive = newTckn();
    await create({ tckn: passive, status: 'passive' });
    await create({ tckn: passive });
    await create({ tin: '1234567891' });
    await create({ tin: '1' });

    // A brand whose only retailer has every field.
    const banks = { token: await server.token(BANK.email), params: { iysCode: BANK.code, brandCode: BANK.code } };
    await ask(operation, { ...banks, body: retailerForm({ mersis, alias: 'Şube', mobile: '+905321112233' }) });
    await ask('searchRetailers', banks);
    await ask('searchRetailers', { query: '?short=true' });
    await ask('searchSingleRetailer', { params: { retailerCode } });
    await ask('deleteRetailer', { params: { retailerCode: UNKNOWN_RETAILER } });
    await ask('deleteRetailer', { params: { retailerCode: await newRetailer(server) } });

    // The 3001st of a brand.
    await server.owner.query(
      `insert into retailer (brand_id, retailer_code, title, name, tckn, tin, city, town, status, created_at)
       select 600101, 20000000 + n, 'Bayi', 'Ad', n::text, '1', '{}', '{}', 'active', now()
         from generate_series(1, 3000) n`,
    );
    await ask(operation, { params: { brandCode: 600101 }, body: retailerForm() });
  });

  it.each([
    'addRetailers',
    'overrideRetailers',
    'removeRelationBetweenRetailer',
    'removeRelationsBetweenRetailersAndConsents',
    'searchRetailersOfOneConsent',
  ])('retailer access: %s', async (operation) => {
    const { known, retailer } = scene();
    const many = Array.from({ length: 101 }, () => newAddress('MESAJ'));
    const change = (more: object, type: 'MESAJ' | 'EPOSTA' = 'MESAJ') =>
      ask(operation, { body: bodyOf(operation, more, type) });
    // The retailer sees the consent, for the list; the change that was asked for comes last.
    await ask('addRetailers', { body: bodyOf('addRetailers', { retailerAccess: [retailer] }) });
    await ask(operation, { raw: '{' });
    await ask(operation, { body: [] });
    await change({ recipient: newAddress('MESAJ') });
    await change({ retailerAccess: [UNKNOWN_RETAILER] });
    for (const field of ['type', 'recipientType', 'recipient', 'recipients', 'retailerAccess'])
      await change({ [field]: undefined });
    await change({ type: 'SMS' });
    await change({ recipientType: 'KURUM' });
    const single = operation === 'addRetailers' || operation === 'searchRetailersOfOneConsent';
    const wrong = (address: string) => (single ? { recipient: address } : { recipients: [address] });
    await change(wrong('ada'), 'EPOSTA');
    await change(wrong('12'));
    await change(wrong(LONG_NUMBER));
    await change({ recipients: many });
    await change({ recipients: [] });
    await change({ retailerAccess: [] });
    await change({ retailerAccess: many.map((_, at) => 10_000_000 + at) });
    if (operation === 'searchRetailersOfOneConsent') {
      const full = { mersis: '0111111111400013', alias: 'Şube', mobile: '+905321112233' };
      const code = await newRetailer(server, full);
      await ask('removeRelationsBetweenRetailersAndConsents');
      await ask('addRetailers', { body: bodyOf('addRetailers', { recipient: known, retailerAccess: [code] }) });
      await ask(operation, { query: '?limit=101' });
      await ask(operation, { query: '?limit=0&offset=-1' });
    }
    await ask(operation);
  });

  it('status, history and changes', async () => {
    const { retailer } = scene();
    const now = server.clock.now();
    const recipient = newAddress('EPOSTA');
    await ask('addConsent', { body: consent(now, 'EPOSTA', { recipient, retailerCode: retailer }) });
    await ask('addConsent', {
      body: consent(now, 'EPOSTA', { recipient, consentDate: formatTime(now - 60), retailerCode: retailer }),
    });
    const key = { recipient, type: 'EPOSTA', recipientType: 'BIREYSEL' };
    for (const operation of ['consentDetail', 'consentsHistory']) {
      const about = (more: object) => ask(operation, { body: { ...key, ...more } });
      await about({});
      await ask(operation, { raw: '{' });
      await about({ type: 'SMS' });
      await about({ type: undefined });
      await about({ recipientType: undefined });
      await about({ recipientType: 'KURUM' });
      await about({ recipient: 'ada' });
      await about({ type: 'MESAJ', recipient: '12' });
      await about({ type: 'MESAJ', recipient: LONG_NUMBER });
    }
    for (const query of ['?limit=-1', '?limit=0', '?limit=101', '?offset=-1'])
      await ask('consentsHistory', { body: key, query });

    const multiple = (type: string, recipients: unknown) =>
      ask('batchConsentStatus', { params: { type }, body: { recipients } });
    await multiple('MESAJ', [scene('MESAJ').known]);
    await multiple('EPOSTA', [recipient]);
    await ask('batchConsentStatus', { raw: '{' });
    await multiple('MESAJ', undefined);
    await multiple('MESAJ', 'liste');
    await multiple('MESAJ', []);
    await multiple('MESAJ', ['ada@ornek.example']);
    await multiple('MESAJ', [newAddress('MESAJ'), newAddress('MESAJ'), recipientOf(1), recipientOf(1)]);

    await ask('PullPerBrandCode');
    const { rooms } = server;
    const principal = await rooms.access.principalOf(RETAIL.email);
    const answer = principal && rooms.access.brandScope(principal, 600100, 600100);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    const citizen = { kind: kindOf(2, 0), consentedAt: now, retailer: null, status: ONAY } as const;
    await rooms.registry.record(
      answer.scope,
      [
        { ...citizen, address: newAddress('EPOSTA'), source: SOURCE_NUMBERS.IYS_WEB_YENI },
        { ...citizen, address: recipient, source: SOURCE_NUMBERS.IYS_MOBIL, status: RET },
      ],
      { door: DOORS.citizen, citizenNames: ['Ayşe Yılmaz', null] },
    );
    await ask('PullPerBrandCode');
    await ask('PullPerBrandCode', { query: '?source=CC' });
    await ask('PullPerBrandCode', { query: '?limit=1001' });
  });

  it('push', async () => {
    const silent = await receiver('silent');
    const open = await receiver('open');
    const entry = { url: good.url, type: 'MESAJ', username: 'push', password: 'push-parola' };
    const register = (more: object) => ask('pushRegistration', { body: { connection: [{ ...entry, ...more }] } });
    const remove = (more: object) => ask('pushUnregistration', { body: { ...entry, ...more } });
    await register({});
    await ask('pushRegistration', { raw: '{' });
    await register({ url: silent.url });
    await register({ url: open.url });
    await ask('getPushRegistration');
    for (const change of [register, remove]) {
      await change({ url: 'ftp://ornek.example/push' });
      await change({ type: 'SMS' });
      for (const field of ['url', 'type', 'username', 'password']) await change({ [field]: undefined });
    }
    await remove({ url: silent.url });
    await remove({});
    silent.close();
    open.close();
  });

  it('brands, partners, subscriptions, places', async () => {
    await ask('getBrandsDetails');
    for (const operation of ['integratorList', 'integratorListByiysCode']) {
      await ask(operation);
      for (const query of ['?offset=-1&limit=-1', '?limit=101', '?limit=0']) await ask(operation, { query });
    }
    const partnersToken = await server.token(PARTNER.email);
    const pack = (name: string) =>
      JSON.stringify({ id: '1', packageName: name, startsAt: 1, expiresAt: 2, status: 'ACTIVE', credit: 5 });
    for (const [via, viaPass] of [
      [null, null],
      [pack('ViA'), null],
      [pack('ViA'), pack('PASS')],
      [null, pack('PASS')],
    ]) {
      await server.owner.query('update subscription set via = $1::jsonb, via_pass = $2::jsonb', [via, viaPass]);
      server.rooms.access.forget();
      await ask('get-subscription');
      // A partner does not see the limits and the credit.
      const seen = (await ask('get-subscription', { token: partnersToken })).body as Record<string, unknown>;
      for (const name of ['consentLimit', 'consentLimitExceed', 'usedConsentLimit'])
        expect(seen).not.toHaveProperty(name);
      expect(seen['viaSubscriptionPackage'] ?? {}).not.toHaveProperty('viaCredit');
    }
    await ask('getIntegratorSubscription');
    for (const operation of ['getCities', 'cityDetails', 'getTowns', 'townDetails']) await ask(operation);
    for (const operation of ['cityDetails', 'townDetails']) await ask(operation, { params: { code: 100_000 } });
  });

  it('provinces and districts are the contract’s own lists', async () => {
    for (const [operation, path] of [
      ['getCities', '/info/city'],
      ['getTowns', '/info/town'],
    ] as const) {
      const examples = CONTRACT.paths[path]?.['get']?.responses['200']?.content?.['application/json']?.examples ?? {};
      const [example] = Object.values(examples).map(({ value }) => value as readonly object[]);
      const { body } = await ask(operation);
      expect(body).toHaveLength(example?.length ?? -1);
      // The document's list has been through a spreadsheet that took one district for a day.
      const mended = JSON.stringify(example).replace('"19-May"', '"19 Mayıs"');
      expect(body).toMatchObject(JSON.parse(mended) as object[]);
    }
  });

  it('too many requests', async () => {
    const limited = await testServer({ limits: { on: true, requestsPerSecond: 1 } });
    try {
      const limitedAsk = asker(limited, () => ({ ...scene(), now: limited.clock.now() }));
      for (const operation of OPERATIONS) {
        // Each in seconds of its own; the token before, for it counts too.
        limited.clock.move(5);
        await limited.token(guardOf(operation) === 'partner' ? PARTNER.email : RETAIL.email);
        let status = 0;
        for (let tries = 0; status !== 429 && tries < 50; tries++) status = (await limitedAsk(operation)).status;
        expect(status, operation).toBe(429);
      }
    } finally {
      await limited.close();
    }
  });

  it('faults of ours', async () => {
    const fault: { kind: 'sql' | 'error' | undefined; only: string | undefined } = { kind: undefined, only: undefined };
    const broken = await testServer({ wrap: (rooms) => breakable(rooms, fault) });
    try {
      await makePartners(broken);
      const brokenScene = await setScene(broken, good.url);
      const brokenAsk = asker(broken, brokenScene);
      const withRetailer = (operation: string) => {
        const body = consent(broken.clock.now(), 'MESAJ', { retailerCode: brokenScene().retailer });
        return { body: operation.startsWith('addBatch') ? [body] : body };
      };
      for (const kind of ['sql', 'error'] as const)
        for (const operation of OPERATIONS) {
          const route = routeOf(operation);
          const token = guardOf(operation) === 'partner' ? PARTNER.email : RETAIL.email;
          await broken.token(token);
          fault.kind = kind;
          await brokenAsk(operation);
          if (/^add(Batch)?Consent/.test(operation)) await brokenAsk(operation, withRetailer(operation));
          if (route.tellsUnknownNumbers) await brokenAsk(operation, { params: { iysCode: 699_999 } });
          fault.only = 'storing';
          await brokenAsk(operation);
          Object.assign(fault, { kind: undefined, only: undefined });
        }
    } finally {
      await broken.close();
    }
  });

  describe('reconciliation', () => {
    let simulators: ChildProcess;
    let folder: string;
    let stamping: TestServer;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'acik-iys-contract-'));
      const program = fileURLToPath(new URL('../../../simulators/src/main.ts', import.meta.url));
      simulators = spawn(process.execPath, [program], {
        // With the channel the simulators end by themselves, should this process die.
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        env: { ...process.env, ACIK_IYS_TSA_PORT: '0', ACIK_IYS_SIMULATORS_DATA: folder },
      });
      if (simulators.stdout === null) throw new Error('the simulators have no stdout');
      const [line] = await once(createInterface({ input: simulators.stdout }), 'line');
      const { timeStampAuthority } = JSON.parse(String(line)) as { timeStampAuthority: string };
      stamping = await testServer({ config: { timeStampAuthority } });
    });
    afterAll(async () => {
      await stamping.close();
      const ended = once(simulators, 'exit');
      simulators.disconnect();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });

    it('days', async () => {
      const daysScene = await setScene(stamping, good.url);
      const asked = asker(stamping, daysScene);
      stamping.clock.move(86_400);
      await stamping.rooms.reports.runDue();
      const days = ['changeSummary', 'agreementsDate', 'agreementDatePut', 'agreementTimeStamp', 'agreementFile'];
      for (const operation of days) {
        await asked(operation);
        await asked(operation, { params: { brandCode: 600101 } });
        await asked(operation, { params: { reportDate: '24.11.2026' } });
        await asked(operation, { params: { reportDate: istanbulDay(stamping.clock.now() - 30 * 86_400) } });
      }
      await asked('changeSummary', { params: { recipientType: 'KURUM' } });
      await asked('agreementDatePut', { body: { agreementStatus: false } });
    });
  });
});

const recipientOf = (number: number): string => `+9053399${String(number).padStart(5, '0')}`;

/** Rooms whose calls fail when told to: as PostgreSQL fails, or otherwise; all calls, or only those that store. */
function breakable(rooms: Rooms, fault: { kind: 'sql' | 'error' | undefined; only: string | undefined }): Rooms {
  const STORING =
    /^(record|withhold|createRetailer|deleteRetailer|agree|register|unregister|add|replace|remove|removeAll|logIn)$/;
  /** Those before the work of the route are left alone, but for what it asks of access. */
  const SAFE = new Set(['reportDay', 'brandScope', 'mayAskProvider', 'principal', 'limitsOf', 'assertRoom']);
  const SYNC = new Set(['province', 'provinces', 'district', 'districts']);
  const failure = (): Error => {
    if (fault.kind === 'error') return new Error('injected');
    const error = new pg.DatabaseError('injected', 8, 'error');
    error.code = 'XX000';
    return error;
  };
  const wrap = <T extends object>(room: T): T =>
    new Proxy(room, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (name === 'retailers' && typeof value === 'object' && value !== null) return wrap(value);
        if (typeof value !== 'function' || SAFE.has(String(name))) return value;
        return (...values: unknown[]) => {
          const fails = fault.kind !== undefined && (fault.only === undefined || STORING.test(String(name)));
          if (!fails) return Reflect.apply(value, target, values);
          if (SYNC.has(String(name))) throw failure();
          return Promise.reject(failure());
        };
      },
    });
  return {
    ...rooms,
    access: wrap(rooms.access),
    registry: wrap(rooms.registry),
    parties: wrap(rooms.parties),
    places: wrap(rooms.places),
    reports: wrap(rooms.reports),
    deliveries: wrap(rooms.deliveries),
  };
}

describe('the table', () => {
  const isListed = (row: Row) => LISTED.some((one) => one.row.test(row.name));
  const isProvoked = (row: Row): boolean =>
    (records.get(nameOf(row.method, row.path)) ?? []).some((answer) => row.matches(answer));

  it('has the contract’s paths and operations, and each has a route', () => {
    const operations = Object.entries(CONTRACT.paths).flatMap(([path, all]) =>
      Object.keys(all).map((method) => nameOf(method.toUpperCase(), path)),
    );
    expect(Object.keys(CONTRACT.paths)).toHaveLength(32);
    expect(operations).toHaveLength(37);
    expect(OFFICIAL_ROUTES.map(({ method, path }) => nameOf(method, path)).sort()).toEqual(operations.sort());
  });

  it('takes no answer for another: neither code, nor status, nor keys may differ', () => {
    for (const row of ROWS) {
      const met = (records.get(nameOf(row.method, row.path)) ?? []).find((answer) => row.matches(answer));
      if (met === undefined) continue;
      expect(row.matches({ ...met, status: met.status + 1 }), row.name).toBe(false);
      if (row.code === '-') continue;
      for (const word of [
        '"code"',
        '"message"',
        '"error"',
        '"error_description"',
        '"value"',
        '"location"',
        '"index"',
      ]) {
        if (!row.mentions(word)) continue;
        const body = JSON.parse(met.text.replaceAll(word, '"x"')) as unknown;
        expect(row.matches({ ...met, body }), `${row.name} without ${word}`).toBe(false);
      }
    }
  });

  it('is provoked but for what is listed', () => {
    const missing: string[] = [];
    let provoked = 0;
    let listed = 0;
    const contradictions: string[] = [];
    for (const row of ROWS) {
      const met = isProvoked(row);
      if (met) provoked += 1;
      if (isListed(row)) {
        listed += 1;
        if (met) contradictions.push(row.name);
      } else if (!met) missing.push(row.name);
    }
    const answers = new Set(ROWS.map(({ method, path, status }) => `${method} ${path} ${status}`)).size;
    console.log(
      [
        `contract: 32 paths, 37 operations, ${answers} documented answers, ${ROWS.length} rows (path × answer × code × place)`,
        `  ${provoked} provoked, ${listed} listed, ${missing.length} missing; ${[...records.values()].flat().length} calls`,
        ...LISTED.map(({ row, why }) => `  listed ${ROWS.filter(({ name }) => row.test(name)).length} × ${why}`),
      ].join('\n'),
    );
    expect(contradictions, 'listed but provoked').toEqual([]);
    expect(missing, 'neither provoked nor listed').toEqual([]);
    for (const { row, why } of LISTED)
      expect(
        ROWS.some(({ name }) => row.test(name)),
        why,
      ).toBe(true);
  });
});
