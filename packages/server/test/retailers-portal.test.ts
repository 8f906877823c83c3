// Retailers at the desk, over HTTP: found by who may read the brand, created by the rules of the official API, suspended
// with their people, and put on the lists of consents.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Portal } from '../src/doors/portal/contract.ts';
import { consent, newAddress, newTckn } from './contract/samples.ts';
import { newRetailer } from './contract/scene.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { type TestServer, testServer } from './support/server.ts';

const RETAIL = { organisation: 600100 };
const LIST = 'GET /organisations/:organisation/retailers';
const CREATE = 'POST /organisations/:organisation/brands/:brand/retailers';
const ONE = 'GET /organisations/:organisation/brands/:brand/retailers/:retailer';
const STATUS = 'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/status';
const ACCESS = 'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/access';
type Form = Portal[typeof CREATE]['body'];

let server: TestServer;
let owner: DeskCaller;
/** Of the second brand alone. */
let manager: DeskCaller;
let clerk: DeskCaller;
let shop: DeskCaller;
let shopCode: number;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  owner = await enter(server, 'owner');
  manager = await enter(server, 'manager');
  clerk = await enter(server, 'clerk');
  shop = await enter(server, 'retailer');
  const desk = await shop.call('GET /organisations/:organisation', { params: RETAIL });
  shopCode = desk.body.brands[0]?.retailerCode ?? 0;
});
afterAll(() => server.close());

function form(more: Partial<Form> = {}): Form {
  return {
    key: randomUUID(),
    title: 'Örnek Yeni Bayi',
    name: 'Ece Örnek',
    alias: '',
    tckn: newTckn(),
    tin: '1234567890',
    mersis: '',
    mobile: '',
    city: 34,
    town: 429,
    ...more,
  };
}

const create = (body: Form, caller = owner, brand = 600100) =>
  caller.call(CREATE, { params: { ...RETAIL, brand }, body });
const one = (retailer: number, caller = owner, brand = 600100) =>
  caller.call(ONE, { params: { ...RETAIL, brand, retailer } });
const setStatus = (retailer: number, status: 'active' | 'suspended', caller = owner) =>
  caller.call(STATUS, { params: { ...RETAIL, brand: 600100, retailer }, body: { status } });
const access = (retailer: number, body: Portal[typeof ACCESS]['body'], caller = owner) =>
  caller.call(ACCESS, { params: { ...RETAIL, brand: 600100, retailer }, body });
const titles = async (query: Portal[typeof LIST]['query'] = {}, caller = owner) =>
  (await caller.call(LIST, { params: RETAIL, query })).body.retailers.map(({ title }) => title);

async function acts(act: string): Promise<unknown[]> {
  const { body } = await owner.call('GET /organisations/:organisation/activity', { params: RETAIL, query: { act } });
  return body.activities.map(({ details }) => details);
}

describe('the list', () => {
  it('finds by any part of the title, whatever its case and its letters i, in the order of the alphabet', async () => {
    for (const title of ['Çiçek Işık', 'Civan IŞIK', 'Ilgaz İnci', 'İlgaz Işıl', 'Zümrüt'])
      await create(form({ title }), manager, 600101);
    expect(await titles({ brand: '600101' })).toEqual([
      'Civan IŞIK',
      'Çiçek Işık',
      'Ilgaz İnci',
      'İlgaz Işıl',
      'Zümrüt',
    ]);
    expect(await titles({ title: 'ışık' })).toEqual(['Civan IŞIK', 'Çiçek Işık']);
    expect(await titles({ title: 'ilgaz' })).toEqual(['Ilgaz İnci', 'İlgaz Işıl']);
    expect(await titles({ title: '%' })).toEqual([]);
  });

  it('goes on where the page before ended, over brands, without leaving one out', async () => {
    // The same title twice: told apart by their numbers.
    for (let n = 0; n < 51; n += 1) await newRetailer(server, { title: 'Sayfa Dolduran Bayi' });
    const first = await owner.call(LIST, { params: RETAIL, query: { title: 'sayfa' } });
    const after = first.body.after ?? '';
    const second = await owner.call(LIST, { params: RETAIL, query: { title: 'sayfa', after } });
    const found = [...first.body.retailers, ...second.body.retailers].map(({ retailerCode }) => retailerCode);
    expect(first.body.retailers).toHaveLength(50);
    expect(new Set(found).size).toBe(51);
    expect(second.body.after).toBeNull();
    for (const [title, brand] of [
      ['a\0', 1],
      ['a', 2 ** 31],
      [7, 1],
    ]) {
      const forged = Buffer.from(JSON.stringify([title, brand, 1])).toString('base64url');
      expect((await owner.call(LIST, { params: RETAIL, query: { after: forged } })).status).toBe(422);
    }
    expect((await owner.call(LIST, { params: RETAIL, query: { title: '\0' } })).status).toBe(422);
  });

  it('shows by status, of the brands that one may read and to a shop itself alone', async () => {
    const closed = await newRetailer(server, { title: 'Kapalı Bayi', status: 'passive' });
    expect(await titles({ status: 'passive' })).toEqual(['Kapalı Bayi']);
    expect(await titles({ status: 'passive' }, manager)).toEqual([]);
    expect((await one(closed, manager)).problem.code).toBe('thing.unknown');
    expect((await manager.call(LIST, { params: RETAIL, query: { brand: '600100' } })).status).toBe(404);
    expect(await titles({}, shop)).toEqual(['Örnek Kadıköy Mağazacılık Ltd. Şti.']);
    expect((await one(closed, shop)).problem.code).toBe('thing.unknown');
  });

  it('is open to who only reads, and empty for an intermediary', async () => {
    const viewer = await enter(server, 'viewer');
    expect((await titles({ title: 'kadıköy' }, viewer)).length).toBe(1);
    const partner = await enter(server, 'partner');
    const given = await partner.call(LIST, { params: { organisation: 900100 }, query: { title: 'kadıköy' } });
    expect(given.body.retailers).toHaveLength(1);
    const intermediary = await enter(server, 'intermediary');
    const none = await intermediary.call(LIST, { params: { organisation: 800100 }, query: {} });
    expect(none.body.retailers).toEqual([]);
  });
});

describe('a new retailer', () => {
  it('is the one that the official API then knows, with what was typed for people made right', async () => {
    const made = await create(form({ title: 'Örnek Şişli', alias: 'Şişli', mobile: '0532 111 22 33' }));
    const { retailerCode } = made.body;
    const token = await server.token();
    const known = await server.call('GET', `/sps/600100/brands/600100/retailers/${retailerCode}`, { token });
    expect(known.body).toMatchObject({
      title: 'Örnek Şişli',
      mobile: '+905321112233',
      city: { code: '34', name: 'İstanbul' },
      town: { code: '429', name: 'Kadıköy' },
      status: 'active',
    });
    expect((await one(retailerCode)).body).toMatchObject({ sees: 0, manageable: true, people: [], invited: [] });
    expect(await acts('retailer.created')).toContainEqual({ retailer: retailerCode, title: 'Örnek Şişli' });
  });

  it('says all that is wrong in one answer, each beside its field', async () => {
    const bad = form({ title: 'x'.repeat(256), name: '', tckn: '12345678901', tin: '12', mobile: 'abc', city: null });
    const { status, problem } = await create({ ...bad, alias: 'Şube #1', mersis: '1' });
    expect(status).toBe(422);
    expect(problem.fields?.map(({ field, code }) => [field, code])).toEqual([
      ['title', 'H017'],
      ['name', 'H215'],
      ['alias', 'H229'],
      ['tckn', 'H225'],
      ['tin', 'H244'],
      ['mersis', 'H228'],
      ['mobile', 'H224'],
      ['city', 'H217'],
      ['town', 'H220'],
    ]);
    expect(problem.fields?.[0]?.tr).toContain('Unvan çok uzun');
  });

  it('has a district of its own province', async () => {
    const wrong = await create(form({ city: 6, town: 429 }));
    expect(wrong.problem.fields?.map(({ field, code }) => [field, code])).toEqual([['town', 'H220']]);
    const provinces = (await owner.call('GET /provinces')).body;
    expect(provinces).toHaveLength(81);
    const districts = await owner.call('GET /provinces/:province/districts', { params: { province: 34 } });
    expect(districts.body).toContainEqual({ code: 429, name: 'Kadıköy' });
    expect(districts.body).not.toContainEqual(expect.objectContaining({ name: 'Çankaya' }));
  });

  it('is one however often its form is sent, and no second one has its citizen’s number', async () => {
    const body = form({ title: 'Örnek Tek Bayi' });
    const answers = await Promise.all([create(body), create(body), create(body)]);
    expect(new Set(answers.map((answer) => answer.body.retailerCode)).size).toBe(1);
    const told = (await acts('retailer.created')) as { title: string }[];
    expect(told.filter(({ title }) => title === 'Örnek Tek Bayi')).toHaveLength(1);
    const again = await create(form({ tckn: body.tckn }));
    expect(again.problem.fields?.map(({ field, code }) => [field, code])).toEqual([['tckn', 'H231']]);
  });

  it('is made by who manages retailers of the brand, nobody else', async () => {
    expect((await create(form(), clerk)).problem.code).toBe('desk.ability');
    expect((await create(form(), manager)).problem.code).toBe('desk.brand');
    expect((await create(form(), shop)).problem.code).toBe('desk.ability');
  });
});

describe('a suspended retailer', () => {
  it('is shown so by the official API, and its people are out until it is opened again', async () => {
    expect((await setStatus(shopCode, 'suspended')).body).toEqual({ done: true });
    // Two at one thing: the second finds it done.
    expect((await setStatus(shopCode, 'suspended')).body).toEqual({ done: false });
    const token = await server.token();
    const known = await server.call('GET', `/sps/600100/brands/600100/retailers/${shopCode}`, { token });
    expect(known.body).toMatchObject({ status: 'suspended' });
    expect((await shop.call(LIST, { params: RETAIL, query: {} })).problem.code).toBe('desk.none');
    expect((await shop.call('GET /session')).body.organisations).toEqual([]);

    await setStatus(shopCode, 'active');
    expect(await titles({}, shop)).toHaveLength(1);
    expect(await acts('retailer.suspended')).toEqual([{ retailer: shopCode }]);
    expect(await acts('retailer.opened')).toEqual([{ retailer: shopCode }]);
  });

  it('records nothing that was waiting', async () => {
    const given = await shop.call('POST /organisations/:organisation/entries', {
      params: RETAIL,
      body: {
        key: randomUUID(),
        consent: {
          ...(consent(server.clock.now(), 'MESAJ') as object),
          recipientType: 'BIREYSEL',
          brandId: 600100,
        } as never,
      },
    });
    expect(given.body.state).toBe('waiting');
    await setStatus(shopCode, 'suspended');
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    await setStatus(shopCode, 'active');
    const entry = await shop.call('GET /organisations/:organisation/entries/:entryId', {
      params: { ...RETAIL, entryId: given.body.entryId },
    });
    expect(entry.body).toMatchObject({ state: 'refused', code: 'desk.right_ended' });
  });

  it('is suspended by who manages the brand alone', async () => {
    expect((await setStatus(shopCode, 'suspended', clerk)).problem.code).toBe('desk.ability');
    expect((await setStatus(shopCode, 'suspended', manager)).problem.code).toBe('desk.brand');
    expect((await setStatus(99_999_999, 'suspended')).problem.code).toBe('thing.unknown');
  });
});

describe('a consent’s list', () => {
  it('takes the retailer and gives it back, by the address as typed, masked afterwards', async () => {
    const retailer = await newRetailer(server);
    const recipient = newAddress('MESAJ');
    const token = await server.token();
    const said = consent(server.clock.now(), 'MESAJ', { recipient });
    await server.call('POST', '/sps/600100/brands/600100/consents', { token, body: said });
    const typed = { channel: 'MESAJ', recipientType: 'BIREYSEL', address: recipient.replace('+90', '0 ') } as const;

    const added = await access(retailer, { ...typed, sees: true });
    expect(added.body.changed).toBe(true);
    expect(JSON.stringify(added.body)).not.toContain(recipient.slice(4));
    expect((await access(retailer, { ...typed, sees: true })).body.changed).toBe(false);
    expect((await one(retailer)).body.sees).toBe(1);
    const listed = await server.call('POST', '/sps/600100/brands/600100/consent/retailers/access/list', {
      token,
      body: { recipient, type: 'MESAJ', recipientType: 'BIREYSEL' },
    });
    expect(listed.body).toMatchObject({ list: [{ retailerCode: retailer }] });

    expect((await access(retailer, { ...typed, sees: false })).body.changed).toBe(true);
    expect((await one(retailer)).body.sees).toBe(0);
    const [taken] = (await acts('retailer.access_taken')) as { address: string }[];
    expect(taken).toMatchObject({ retailer, channel: 'MESAJ' });
    expect(taken?.address).toContain('•');
  });

  it('is that of a consent that there is, on a channel that the address can have', async () => {
    const known = { channel: 'MESAJ', recipientType: 'BIREYSEL', sees: true } as const;
    const none = await access(shopCode, { ...known, address: newAddress('MESAJ') });
    expect(none.problem.fields?.map(({ field, code }) => [field, code])).toEqual([['address', 'H401']]);
    const mail = await access(shopCode, { ...known, address: 'ayse@ornek.example' });
    expect(mail.problem.fields?.map(({ code }) => code)).toEqual(['address.telephone']);
    const telephone = await access(shopCode, { ...known, channel: 'EPOSTA', address: '05321112233' });
    expect(telephone.problem.fields?.map(({ code }) => code)).toEqual(['address.email']);
    expect((await access(99_999_999, { ...known, address: '05321112233' })).status).toBe(404);
  });
});

describe('a retailer’s page', () => {
  it('shows who works there to who manages it and to the shop, and to nobody else', async () => {
    await owner.call('POST /organisations/:organisation/invitations', {
      params: RETAIL,
      body: {
        invitationId: randomUUID(),
        email: 'yeni@ornek-bayi.example',
        name: 'Yeni Bayici',
        role: 'retailer',
        brands: [600100],
        channels: null,
        retailerCode: shopCode,
        until: null,
        reason: '',
      },
    });
    const managed = (await one(shopCode)).body;
    expect(managed.people).toMatchObject([{ name: 'Ayşe Yılmaz', endable: true }]);
    expect(managed.invited).toMatchObject([{ name: 'Yeni Bayici', email: 'yeni@ornek-bayi.example' }]);
    const own = (await one(shopCode, shop)).body;
    expect(own.people).toMatchObject([{ name: 'Ayşe Yılmaz', endable: false }]);
    expect([own.invited, own.manageable]).toEqual([[], false]);
    const read = (await one(shopCode, clerk)).body;
    expect([read.people, read.invited]).toEqual([null, []]);
  });

  it('hides the numbers of its owner from who only reads', async () => {
    const made = await create(form({ mobile: '05321112233' }));
    const { retailerCode } = made.body;
    const clear = (await one(retailerCode)).body;
    const masked = (await one(retailerCode, clerk)).body;
    expect(clear.tckn).toMatch(/^\d{11}$/);
    expect(masked.tckn).toBe(`•••••••••${clear.tckn.slice(-2)}`);
    expect([masked.tin, masked.mobile]).toEqual(['••••••••90', '+90 532 ••• •• 33']);
  });
});
