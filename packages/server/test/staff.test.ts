// Who may do what for which brand: the matrix, grants given and ended, and the activity log, over real HTTP.

import { randomUUID } from 'node:crypto';
import { istanbulDay } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Portal } from '../src/doors/portal/contract.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { newPerson, type TestPerson } from './support/people.ts';
import { type TestServer, testServer } from './support/server.ts';

const DAY = 86_400;
const RETAIL = { organisation: 600100 };
const BANK = { organisation: 600200 };
type Wish = Portal['POST /organisations/:organisation/staff/:accountId/grants']['body'];

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
});
afterAll(() => server.close());

function terms(more: Partial<Wish> = {}): Wish {
  return {
    grantId: randomUUID(),
    role: 'viewer',
    brands: null,
    channels: null,
    retailerCode: null,
    from: null,
    until: null,
    reason: 'Yaz izinleri',
    ...more,
  };
}

async function matrix(caller: DeskCaller, organisation = 600100) {
  return (await caller.call('GET /organisations/:organisation/staff', { params: { organisation } })).body;
}

async function accountOf(caller: DeskCaller, name: string): Promise<number> {
  const found = (await matrix(caller)).people.find((person) => person.name === name);
  if (found === undefined) throw new Error(`${name} is not in the matrix`);
  return found.accountId;
}

async function give(caller: DeskCaller, accountId: number, wish: Wish) {
  const params = { ...RETAIL, accountId };
  return await caller.call('POST /organisations/:organisation/staff/:accountId/grants', { params, body: wish });
}

async function end(caller: DeskCaller, grantId: string) {
  return await caller.call('DELETE /organisations/:organisation/grants/:grantId', { params: { ...RETAIL, grantId } });
}

async function endPart(caller: DeskCaller, accountId: number, organisation = 600100) {
  const params = { organisation, accountId };
  return await caller.call('DELETE /organisations/:organisation/staff/:accountId', { params });
}

async function activity(caller: DeskCaller, query: Portal['GET /organisations/:organisation/activity']['query'] = {}) {
  return await caller.call('GET /organisations/:organisation/activity', { params: RETAIL, query });
}

async function retailerUser(caller: DeskCaller): Promise<[accountId: number, retailerCode: number]> {
  const { people } = await matrix(caller);
  const [found] = people.flatMap(({ accountId, grants }) =>
    grants.flatMap(({ retailerCode }) => (retailerCode === null ? [] : [[accountId, retailerCode] as const])),
  );
  if (found === undefined) throw new Error('nobody stands for a retailer');
  return [...found];
}

describe('the matrix', () => {
  it('shows an owner everybody with roles, brands, who gave it and why, and when he was last here', async () => {
    const owner = await enter(server, 'owner');
    const clerk = await enter(server, 'clerk');
    const { upTo } = (await clerk.call('GET /organisations/:organisation/overview', { params: RETAIL })).body;
    await clerk.call('POST /organisations/:organisation/overview/seen', { params: RETAIL, body: { upTo } });
    const { people } = await matrix(owner);
    expect(people.map(({ name }) => name).sort()).toEqual(
      ['Ayşe Yılmaz', 'Can Örnek', 'Deniz Örnek', 'Emre Örnek', 'Nur Örnek', 'Selin Örnek'].sort(),
    );
    const manager = people.find(({ name }) => name === 'Selin Örnek');
    expect(manager).toMatchObject({
      email: 'selin@ornek-perakende.example',
      self: false,
      grants: [{ role: 'manager', brands: [600101], channels: null, until: null, givenBy: null, endable: true }],
    });
    expect(people.find(({ self }) => self)?.name).toBe('Deniz Örnek');
    // Who only reads was here too.
    const viewer = await enter(server, 'viewer');
    await viewer.call('GET /organisations/:organisation', { params: RETAIL });
    const now = (await matrix(owner)).people.find(({ name }) => name === 'Can Örnek')?.lastSeenAt ?? 0;
    expect(server.clock.now() - now).toBeLessThan(60);
    const seen = people.find(({ name }) => name === 'Emre Örnek')?.lastSeenAt ?? 0;
    expect(server.clock.now() - seen).toBeLessThan(60);
    expect(people.find(({ name }) => name === 'Nur Örnek')?.lastSeenAt).toBeNull();
  });

  it('shows a manager who can act for his brands, below owner, and of their brands only his own', async () => {
    const owner = await enter(server, 'owner');
    const both = await newPerson(server, { name: 'İki Markalı', seat: { role: 'clerk', brands: [600100, 600101] } });
    await newPerson(server, { name: 'Öbür Markalı', seat: { role: 'clerk', brands: [600100] } });
    const { people } = await matrix(await enter(server, 'manager'));
    const names = people.map(({ name }) => name);
    expect(names).toContain('İki Markalı');
    expect(names).not.toContain('Öbür Markalı');
    expect(names).not.toContain('Deniz Örnek');
    expect(people.flatMap(({ grants }) => grants.flatMap(({ brands }) => brands ?? []))).not.toContain(600100);
    // Over two brands of which one is not his: seen, but not his to end.
    expect(people.find(({ name }) => name === 'İki Markalı')?.grants).toMatchObject([{ endable: false }]);
    await endPart(owner, await accountOf(owner, 'İki Markalı'));
    await endPart(owner, await accountOf(owner, 'Öbür Markalı'));
    expect((await both.call('GET /organisations/:organisation', { params: RETAIL })).problem.code).toBe('desk.none');
  });
});

describe('giving', () => {
  it('gives a further grant once, felt at the next request, and says who gave it', async () => {
    const owner = await enter(server, 'owner');
    const viewer = await enter(server, 'viewer');
    const wish = terms({ role: 'clerk', brands: [600101], channels: ['MESAJ'], until: server.clock.now() + DAY });
    const accountId = await accountOf(owner, 'Can Örnek');
    const answers = await Promise.all([give(owner, accountId, wish), give(owner, accountId, wish)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const desk = (await viewer.call('GET /organisations/:organisation', { params: RETAIL })).body;
    expect(desk.brands.map(({ brandId, writes }) => [brandId, writes])).toEqual([
      [600100, []],
      [600101, ['MESAJ']],
    ]);
    const his = (await matrix(owner)).people.find((person) => person.accountId === accountId);
    expect(his?.grants).toMatchObject([
      { role: 'viewer' },
      { role: 'clerk', brands: [600101], channels: ['MESAJ'], givenBy: 'Deniz Örnek', reason: 'Yaz izinleri' },
    ]);
    const log = (await activity(owner, { act: 'staff.granted' })).body.activities;
    expect(log.filter(({ details }) => details['person'] === 'Can Örnek')).toHaveLength(1);
    server.clock.move(DAY + 1);
    const later = await enter(server, 'viewer');
    const after = (await later.call('GET /organisations/:organisation', { params: RETAIL })).body;
    expect(after.brands.flatMap(({ writes }) => writes)).toEqual([]);
  });

  it('begins when it is said to begin', async () => {
    const owner = await enter(server, 'owner');
    const person = await newPerson(server, { name: 'Yarın Gelen', seat: { role: 'viewer', brands: [600100] } });
    const accountId = await accountOf(owner, 'Yarın Gelen');
    await give(owner, accountId, terms({ role: 'clerk', from: server.clock.now() + 600 }));
    const roles = async () => (await person.call('GET /organisations/:organisation', { params: RETAIL })).body.roles;
    expect(await roles()).toEqual(['viewer']);
    server.clock.move(601);
    expect(await roles()).toEqual(['viewer', 'clerk']);
  });

  it('gives nobody more than the giver has: role, brands, channels, time', async () => {
    const owner = await enter(server, 'owner');
    const until = server.clock.now() + 10 * DAY;
    const manager = await newPerson(server, { name: 'Dar Müdür', seat: { role: 'viewer', brands: [600101] } });
    await newPerson(server, { name: 'Alan Kişi', seat: { role: 'viewer', brands: [600101] } });
    const [of, to] = [await accountOf(owner, 'Dar Müdür'), await accountOf(owner, 'Alan Kişi')];
    await give(owner, of, terms({ role: 'manager', brands: [600101], channels: ['MESAJ', 'EPOSTA'], until }));
    const own = { brands: [600101], channels: ['MESAJ' as const], until };
    for (const wider of [
      { role: 'owner' as const, brands: null, channels: null },
      { brands: null },
      { brands: [600100, 600101] },
      { channels: null },
      { channels: ['ARAMA' as const] },
      { until: null },
      { until: until + 1 },
    ]) {
      const refused = await give(manager, to, terms({ role: 'clerk', ...own, ...wider }));
      expect([refused.status, refused.problem.code], JSON.stringify(wider)).toEqual([
        wider.brands?.length === 2 ? 422 : 403,
        wider.brands?.length === 2 ? 'staff.terms' : 'staff.beyond',
      ]);
    }
    for (const role of ['manager', 'clerk', 'evidence', 'viewer'] as const)
      expect((await give(manager, to, terms({ role, ...own }))).status).toBe(200);
  });

  it('lets one who has two brands by two grants give both in one', async () => {
    const owner = await enter(server, 'owner');
    const manager = await newPerson(server, { name: 'İki Kez Müdür', seat: { role: 'manager', brands: [600100] } });
    await newPerson(server, { name: 'İkisini Alan', seat: { role: 'viewer', brands: [600100] } });
    await give(owner, await accountOf(owner, 'İki Kez Müdür'), terms({ role: 'manager', brands: [600101] }));
    const to = await accountOf(owner, 'İkisini Alan');
    expect((await give(manager, to, terms({ role: 'clerk', brands: [600101, 600100] }))).status).toBe(200);
    expect((await give(manager, to, terms({ role: 'clerk', brands: null }))).problem.code).toBe('staff.beyond');
  });

  it('knows nobody of another organisation, and no owner to a manager', async () => {
    const owner = await enter(server, 'owner');
    const stranger = await newPerson(server, { seat: { code: 600200, role: 'owner', brands: null } });
    const [foreign] = (await matrix(stranger, 600200)).people;
    expect((await give(owner, foreign?.accountId ?? 0, terms())).problem.code).toBe('thing.unknown');
    expect((await endPart(owner, foreign?.accountId ?? 0)).problem.code).toBe('thing.unknown');
    expect((await end(owner, foreign?.grants[0]?.grantId ?? '')).problem.code).toBe('thing.unknown');
    const ownerAccount = await accountOf(owner, 'Deniz Örnek');
    const manager = await enter(server, 'manager');
    const refused = await give(manager, ownerAccount, terms({ brands: [600101] }));
    expect(refused.problem.code).toBe('thing.unknown');
    expect((await endPart(manager, ownerAccount)).problem.code).toBe('staff.beyond');
  });

  it('adds grants up no further than each reaches: an ability holds on the channels of who gives it', async () => {
    const owner = await enter(server, 'owner');
    const account = await accountOf(owner, 'Can Örnek');
    const manager = terms({ role: 'manager', brands: [600100], channels: ['ARAMA'] });
    expect((await give(owner, account, manager)).status).toBe(200);
    const can = await enter(server, 'viewer');
    const file = (channel: 'ARAMA' | 'EPOSTA' | null, clear: boolean) =>
      can.call('POST /organisations/:organisation/report-jobs', {
        params: RETAIL,
        body: {
          key: randomUUID(),
          brandId: 600100,
          kind: 'permissions',
          format: 'csv',
          from: null,
          to: istanbulDay(server.clock.now()),
          channel,
          recipientType: null,
          status: null,
          source: null,
          side: null,
          clear,
        },
      });
    expect((await file('EPOSTA', true)).problem.code).toBe('desk.channel_reading');
    expect((await file('EPOSTA', false)).status).toBe(200);
    expect((await file('ARAMA', true)).status).toBe(200);
    const days = await can.call('GET /organisations/:organisation/brands/:brand/reconciliations', {
      params: { ...RETAIL, brand: 600100 },
    });
    expect([days.status, days.body.mayAgree]).toEqual([200, false]);
    const desk = await can.call('GET /organisations/:organisation', { params: RETAIL });
    expect(desk.body.brands.map(({ writes }) => writes)).toEqual([['ARAMA'], []]);
    await end(owner, manager.grantId);
  });

  it('lets nobody stand for a retailer beside another part in its brand', async () => {
    const owner = await enter(server, 'owner');
    const [shop, retailerCode] = await retailerUser(owner);
    const viewer = await accountOf(owner, 'Can Örnek');
    const atShop: Partial<Wish> = { role: 'retailer', brands: [600100], retailerCode };
    for (const [account, wish] of [
      [viewer, terms(atShop)],
      [shop, terms()],
      [shop, terms({ role: 'clerk', brands: [600100] })],
    ] as const)
      expect((await give(owner, account, wish)).problem.code).toBe('staff.beside_retailer');
    expect((await give(owner, shop, terms({ brands: [600101] }))).status).toBe(200);

    // Also where both came together on other ways, such as two invitations.
    const page = await enter(server, 'retailer');
    const row = [randomUUID(), shop];
    await server.owner.query(
      `insert into staff_grant (grant_id, account_id, role, brands, valid_from, given_at)
       values ($1, $2, 'viewer', '{600100}', to_timestamp(0), to_timestamp(0))`,
      row,
    );
    const both = (await page.call('GET /organisations/:organisation', { params: RETAIL })).body.brands[0];
    expect(both).toMatchObject({ brandId: 600100, retailerCode: null, writes: [] });
    expect(both?.abilities).not.toContain('readEvidence');
    await server.owner.query('delete from staff_grant where grant_id = $1', [row[0]]);
  });

  it('refuses terms that no grant can have', async () => {
    const owner = await enter(server, 'owner');
    const to = await accountOf(owner, 'Can Örnek');
    const shop = await retailerCode();
    for (const [wrong, code] of [
      [{ until: server.clock.now() - 1 }, 'staff.terms'],
      [{ brands: [600200] }, 'staff.terms'],
      [{ role: 'owner', brands: [600100] }, 'staff.terms'],
      [{ retailerCode: shop, brands: [600100] }, 'staff.terms'],
      [{ role: 'retailer', brands: [600100] }, 'staff.retailer'],
      [{ role: 'retailer', brands: [600100], retailerCode: 12_345_678 }, 'staff.retailer'],
      [{ role: 'retailer', brands: [600101], retailerCode: shop }, 'staff.retailer'],
      [{ role: 'retailer', brands: [600100, 600101], retailerCode: shop }, 'staff.terms'],
      [{ role: 'retailer', brands: null, retailerCode: shop }, 'desk.brand'],
    ] as const)
      expect((await give(owner, to, terms(wrong as Partial<Wish>))).problem.code, JSON.stringify(wrong)).toBe(code);
    // Who has nothing in the brand yet.
    const elsewhere = { role: 'viewer', brands: [600101] } as const;
    await newPerson(server, { name: 'Bayi Kişisi', seat: elsewhere });
    const his = await accountOf(owner, 'Bayi Kişisi');
    const right = await give(owner, his, terms({ role: 'retailer', brands: [600100], retailerCode: shop }));
    expect(right.status).toBe(200);
  });

  async function retailerCode(): Promise<number> {
    const { rows } = await server.owner.query<{ retailer_code: number }>(
      'select retailer_code from retailer where brand_id = 600100 limit 1',
    );
    return rows[0]?.retailer_code ?? 0;
  }
});

describe('ending', () => {
  it('ends a grant in one move, felt at the next request, and twice is once', async () => {
    const owner = await enter(server, 'owner');
    const person = await newPerson(server, { name: 'Giden Kişi', seat: { role: 'clerk', brands: null } });
    const his = (await matrix(owner)).people.find(({ name }) => name === 'Giden Kişi');
    const grantId = his?.grants[0]?.grantId ?? '';
    expect((await person.call('GET /organisations/:organisation', { params: RETAIL })).status).toBe(200);
    expect((await end(owner, grantId)).status).toBe(200);
    const after = await person.call('GET /organisations/:organisation', { params: RETAIL });
    expect([after.status, after.problem.code]).toEqual([403, 'desk.none']);
    // His session is his own: it stays for his other organisations.
    expect((await person.call('GET /session')).body.organisations).toEqual([]);
    expect((await end(owner, grantId)).status).toBe(200);
    const log = (await activity(owner, { act: 'staff.grant_ended' })).body.activities;
    expect(log.filter(({ details }) => details['person'] === 'Giden Kişi')).toHaveLength(1);
  });

  it('ends a whole part, and what a manager may not give he may not end', async () => {
    const owner = await enter(server, 'owner');
    const manager = await enter(server, 'manager');
    const person = await newPerson(server, { name: 'Çok Yetkili', seat: { role: 'clerk', brands: [600101] } });
    const accountId = await accountOf(owner, 'Çok Yetkili');
    await give(owner, accountId, terms({ role: 'viewer', brands: [600100] }));
    expect((await endPart(manager, accountId)).problem.code).toBe('staff.beyond');
    expect((await person.call('GET /organisations/:organisation', { params: RETAIL })).status).toBe(200);
    expect((await endPart(owner, accountId)).status).toBe(200);
    expect((await person.call('GET /organisations/:organisation', { params: RETAIL })).problem.code).toBe('desk.none');
    expect((await matrix(owner)).people.map(({ name }) => name)).not.toContain('Çok Yetkili');
    expect((await endPart(owner, accountId)).status).toBe(200);
  });

  it('keeps an owner without end: neither the last one nor one beside an owner for a time can go', async () => {
    const [owner] = await bankOwners(1);
    if (owner === undefined) throw new Error('no owner');
    const { person, accountId } = owner;
    const goes = async (caller: DeskCaller) => await endPart(caller, accountId, BANK.organisation);
    const refused = await goes(person);
    expect([refused.status, refused.problem.code]).toEqual([409, 'staff.last_owner']);

    const second = await newPerson(server, {
      name: 'Süreli Sahip',
      seat: { code: 600200, role: 'viewer', brands: null },
    });
    const other = (await matrix(person, BANK.organisation)).people.find(({ name }) => name === 'Süreli Sahip');
    const makeOwner = async (more: Partial<Wish>) => {
      const params = { ...BANK, accountId: other?.accountId ?? 0 };
      const body = terms({ role: 'owner', ...more });
      await person.call('POST /organisations/:organisation/staff/:accountId/grants', { params, body });
    };
    await makeOwner({ until: server.clock.now() + DAY });
    for (const caller of [person, second]) expect((await goes(caller)).problem.code).toBe('staff.last_owner');
    // One that begins later is no owner yet.
    await makeOwner({ from: server.clock.now() + 600 });
    expect((await goes(person)).problem.code).toBe('staff.last_owner');
    server.clock.move(601);
    expect((await goes(person)).status).toBe(200);
  });

  it.each([
    ['each other', 1],
    ['themselves', 0],
  ])('leaves one of two owners who end %s at the same moment', async (_, shift) => {
    const owners = await bankOwners(2);
    const waiting = async () =>
      (
        await server.owner.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rowCount;
    // Both requests have come as far as the lock before either gets it.
    await server.owner.query('begin');
    await server.owner.query('select from account where provider_code = 600200 for update');
    const ends = owners.map(({ person }, at) =>
      endPart(person, owners[(at + shift) % 2]?.accountId ?? 0, BANK.organisation),
    );
    await expect.poll(waiting, { timeout: 10_000 }).toBe(2);
    await server.owner.query('commit');
    const statuses = (await Promise.all(ends)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, shift === 1 ? 403 : 409]);
    const { rows } = await server.owner.query(
      `select from staff_grant g join account a using (account_id)
       where a.provider_code = 600200 and g.role = 'owner' and g.ended_at is null`,
    );
    expect(rows).toHaveLength(1);
  });

  /** New owners of the bank, and nobody beside them. */
  async function bankOwners(count: number): Promise<{ person: TestPerson; accountId: number }[]> {
    await server.owner.query(
      `update staff_grant g set ended_at = now() from account a
       where a.account_id = g.account_id and a.provider_code = 600200`,
    );
    const seat = { code: BANK.organisation, role: 'owner', brands: null } as const;
    const people = await Promise.all(Array.from({ length: count }, () => newPerson(server, { seat })));
    const [first] = people;
    const listed = first ? (await matrix(first, BANK.organisation)).people : [];
    return people.map((person) => ({
      person,
      accountId: listed.find(({ email }) => email === person.email)?.accountId ?? 0,
    }));
  }
});

describe('what cannot be taken back', () => {
  it('asks for a second factor given just now, and goes on when it was given', async () => {
    const owner = await newPerson(server, { name: 'Adımlı Sahip', seat: { role: 'owner', brands: null } });
    const to = await accountOf(owner, 'Can Örnek');
    server.clock.move(11 * 60);
    const refused = await give(owner, to, terms());
    expect([refused.status, refused.problem.code]).toEqual([403, 'session.step_up']);
    // Reading and taking back need none.
    expect((await matrix(owner)).people.length).toBeGreaterThan(0);
    await owner.call('POST /session/second-factor', { body: { code: owner.code() } });
    expect((await give(owner, to, terms())).status).toBe(200);
  });
});

describe('the activity log', () => {
  it('is read newest first, by person, act and brand, in pages', async () => {
    const owner = await enter(server, 'owner');
    const clerk = await enter(server, 'clerk');
    for (let n = 0; n < 60; n++)
      await clerk.call('POST /organisations/:organisation/searches', {
        params: RETAIL,
        body: { address: `0532111${String(n).padStart(4, '0')}` },
      });
    const person = String(await accountOf(owner, 'Emre Örnek'));
    const first = (await activity(owner, { person, act: 'address.searched' })).body;
    expect(first.activities).toHaveLength(50);
    expect(first.activities[0]).toMatchObject({
      act: 'address.searched',
      actor: { name: 'Emre Örnek' },
      brandId: null,
    });
    const rest = (await activity(owner, { person, act: 'address.searched', after: first.after ?? '' })).body;
    expect(rest.activities).toHaveLength(10);
    expect(rest.after).toBeNull();
    const ids = [...first.activities, ...rest.activities].map(({ activityId }) => activityId);
    expect(new Set(ids).size).toBe(60);
    expect(JSON.stringify(first)).not.toContain('0532111');

    const brand = (await activity(owner, { brand: '600101', act: 'staff.granted' })).body.activities;
    expect(brand.length).toBeGreaterThan(0);
    expect(brand.every(({ brandId }) => brandId === 600101)).toBe(true);
    expect((await activity(owner, { after: 'xx' })).problem.code).toBe('request.form');
  });

  it('shows a manager the acts about his brands and about none', async () => {
    const owner = await enter(server, 'owner');
    const to = await accountOf(owner, 'Can Örnek');
    await give(owner, to, terms({ brands: [600100] }));
    await give(owner, to, terms({ brands: [600101] }));
    const seen = (await activity(await enter(server, 'manager'), { act: 'staff.granted' })).body.activities;
    const brands = new Set(seen.map(({ brandId }) => brandId));
    expect(brands).toContain(600101);
    expect(brands).not.toContain(600100);
    const foreign = await activity(await enter(server, 'manager'), { brand: '600100' });
    expect(foreign.body.activities).toEqual([]);
  });
});
