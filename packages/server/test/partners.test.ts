// Partners and intermediaries over real HTTP: offered, not yet valid, accepted, at work, narrowed, ended in the middle of
// it; nothing of another customer; what the provider sees of it; whether a provider is registered.

import { randomUUID } from 'node:crypto';
import { formatTime, kindOf, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOOKUPS_PER_HOUR } from '../src/doors/portal/partners.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { newPerson, type TestPerson } from './support/people.ts';
import { BANK, PARTNER, RETAIL, type TestServer, testServer } from './support/server.ts';

const SHOP = { organisation: 600100 };
const AGENCY = { organisation: 900100 };
const HOUSE = { organisation: 800100 };
const NOTHING = { ARAMA: 'none', MESAJ: 'none', EPOSTA: 'none', reconciliation: false } as const;

let server: TestServer;
let owner: DeskCaller;
let partner: DeskCaller;
let intermediary: DeskCaller;
let banker: TestPerson;

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  owner = await enter(server, 'owner');
  partner = await enter(server, 'partner');
  intermediary = await enter(server, 'intermediary');
  banker = await newPerson(server, { name: 'Banu Bankacı', seat: { code: 600200, role: 'owner', brands: null } });
});
afterAll(() => server.close());

type Right = 'none' | 'read' | 'write';
type Rights = { ARAMA?: Right; MESAJ?: Right; EPOSTA?: Right; reconciliation?: boolean };

async function offer(
  rights: readonly ({ brandId: number } & Rights)[],
  { to = 900100, by = owner, from = 600100, offerId = randomUUID(), reason = '' } = {},
) {
  const answer = await by.call('POST /organisations/:organisation/partnerships/:other/offers', {
    params: { organisation: from, other: to },
    body: { offerId, rights: rights.map((one) => ({ ...NOTHING, ...one })), reason },
  });
  return { ...answer, offerId };
}

async function accept(offerId: string, by = partner, organisation = 900100) {
  return await by.call('POST /organisations/:organisation/offers/:offerId/accept', {
    params: { organisation, offerId },
  });
}

async function decline(offerId: string, by = partner, organisation = 900100, reason = '') {
  return await by.call('POST /organisations/:organisation/offers/:offerId/decline', {
    params: { organisation, offerId },
    body: { reason },
  });
}

async function end(brandId: number | null, { by = owner, organisation = 600100, other = 900100, reason = '' } = {}) {
  return await by.call('POST /organisations/:organisation/partnerships/:other/end', {
    params: { organisation, other },
    body: { brandId, reason },
  });
}

async function brandsOf(caller: DeskCaller, organisation: number): Promise<number[]> {
  const desk = await caller.call('GET /organisations/:organisation', { params: { organisation } });
  return desk.body.brands.map(({ brandId }) => brandId);
}

async function customers(caller = partner, { organisation } = AGENCY) {
  return (await caller.call('GET /organisations/:organisation/customers', { params: { organisation } })).body;
}

/** The official API as the partner's program: the status of an address, for a brand of a provider. */
async function official(brandId: number, provider = 600100) {
  const recipient = { recipient: '+905321112233', recipientType: 'BIREYSEL', type: 'MESAJ' };
  return await server.call('POST', `/sps/${provider}/brands/${brandId}/consents/status`, {
    token: await server.token(PARTNER.email),
    body: recipient,
  });
}

let last = 0;
function consent(brandId: number, more: Record<string, unknown> = {}) {
  last += 1;
  return {
    key: randomUUID(),
    consent: {
      brandId,
      type: 'MESAJ',
      recipient: `+90535${String(last).padStart(7, '0')}`,
      recipientType: 'BIREYSEL',
      status: 'ONAY',
      source: 'HS_WEB',
      consentDate: formatTime(server.clock.now() - 60),
      ...more,
    },
  } as never;
}

async function give(caller: DeskCaller, body: never) {
  return await caller.call('POST /organisations/:organisation/entries', { params: AGENCY, body });
}

async function refuse(brandId: number, channel = 1): Promise<void> {
  last += 1;
  const { email, code } = brandId === 600200 ? BANK : RETAIL;
  const principal = await server.rooms.access.principalOf(email);
  const answer = principal && server.rooms.access.brandScope(principal, code, brandId);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const statement = {
    kind: kindOf(channel, 0),
    address: `+90536${String(last).padStart(7, '0')}`,
    status: RET,
    source: SOURCE_NUMBERS.IYS_WEB,
    consentedAt: server.clock.now(),
    retailer: null,
  } as const;
  await server.rooms.registry.record(answer.scope, [statement], { door: DOORS.citizen });
}

describe('a partner', () => {
  it('is looked up by its number before anything is given', async () => {
    const look = (code: number) =>
      owner.call('POST /organisations/:organisation/partnerships/look', { params: SHOP, body: { code } });
    expect((await look(900100)).body).toEqual({ code: 900100, title: PARTNER.title, kind: 'partner' });
    expect((await look(800100)).body).toMatchObject({ kind: 'intermediary' });
    const nobody = await look(600200);
    expect([nobody.status, nobody.problem.code, nobody.problem.fields?.[0]?.field]).toEqual([
      404,
      'partner.unknown',
      'code',
    ]);
  });

  it('has nothing of an offer until it accepts, at its desk and by its programs', async () => {
    expect(await brandsOf(partner, 900100)).toEqual([600100]);
    const made = await offer([{ brandId: 600101, MESAJ: 'write', ARAMA: 'read' }], { reason: 'Bebek kampanyası' });
    expect(made.body).toEqual({ state: 'waiting' });
    expect(await brandsOf(partner, 900100)).toEqual([600100]);
    expect((await give(partner, consent(600101))).problem.code).toBe('desk.brand');
    server.clock.move(2);
    expect((await official(600101)).status).toBe(403);
    expect((await customers()).customers.map(({ brandId }) => brandId)).toEqual([600100]);

    const waiting = await partner.call('GET /organisations/:organisation/offers', { params: AGENCY });
    expect(waiting.body.rights).toMatchObject([
      {
        offerId: made.offerId,
        provider: { code: 600100, title: 'Örnek Perakende A.Ş.' },
        brand: { brandId: 600101, name: 'Örnek Bebek' },
        MESAJ: 'write',
        ARAMA: 'read',
        EPOSTA: 'none',
        reason: 'Bebek kampanyası',
        offeredBy: 'Deniz Örnek',
        acceptedAt: null,
      },
    ]);

    expect((await accept(made.offerId)).status).toBe(200);
    expect((await accept(made.offerId)).status).toBe(200);
    expect(await brandsOf(partner, 900100)).toEqual([600100, 600101]);
    server.clock.move(2);
    expect((await official(600101)).status).toBe(200);
    const given = (await customers()).customers.find(({ brandId }) => brandId === 600101);
    expect(given).toMatchObject({ MESAJ: 'write', ARAMA: 'read', EPOSTA: 'none', open: true, lastRecordAt: null });
  });

  it('is given the same offer once, however often its form is sent', async () => {
    const offerId = randomUUID();
    const rights = [{ brandId: 600101, MESAJ: 'write', ARAMA: 'write' }] as const;
    const answers = await Promise.all([1, 2, 3].map(() => offer(rights, { offerId })));
    expect(answers.map(({ body }) => body)).toEqual(Array(3).fill({ state: 'waiting' }));
    const { rights: waiting } = (await partner.call('GET /organisations/:organisation/offers', { params: AGENCY }))
      .body;
    expect(waiting.map((right) => right.offerId)).toEqual([offerId]);
    expect((await decline(offerId, partner, 900100, 'Aramıyoruz')).status).toBe(200);
    expect((await accept(offerId)).problem.code).toBe('offer.over');
    const page = await owner.call('GET /organisations/:organisation/partnerships', { params: SHOP });
    expect(page.body.past[0]).toMatchObject({
      offerId,
      endedHow: 'refused',
      endedBy: 'Burak Örnek',
      endedReason: 'Aramıyoruz',
      acceptedAt: null,
    });
    // What held before holds on.
    expect((await customers()).customers.find(({ brandId }) => brandId === 600101)).toMatchObject({ ARAMA: 'read' });
  });

  it('waits for more, and loses at once what it is given no longer', async () => {
    const less = await offer([{ brandId: 600101, MESAJ: 'write' }], { reason: 'Arama yok' });
    expect(less.body).toEqual({ state: 'in-force' });
    const now = (await customers()).customers.find(({ brandId }) => brandId === 600101);
    expect(now).toMatchObject({ MESAJ: 'write', ARAMA: 'none' });
    const other = await offer([{ brandId: 600101, MESAJ: 'read', EPOSTA: 'read' }]);
    expect(other.body).toEqual({ state: 'waiting' });
    expect((await customers()).customers.find(({ brandId }) => brandId === 600101)).toMatchObject({ MESAJ: 'write' });
    expect((await decline(other.offerId, owner, 600100)).status).toBe(200);
    expect((await accept(other.offerId)).problem.code).toBe('offer.over');
  });

  it('records on behalf of a customer, and the provider sees who did how much, and no address', async () => {
    const entry = await give(partner, consent(600101));
    expect(entry.body.state).toBe('waiting');
    server.clock.move(10);
    const before = server.clock.now();
    await server.rooms.entries.recordDue();
    const after = server.clock.now();
    expect((await official(600101)).status).toBe(200);
    await partner.call('POST /organisations/:organisation/searches', {
      params: AGENCY,
      body: { address: '0535 765 43 21' },
    });
    await partner.call('POST /organisations/:organisation/checks/pasted', {
      params: AGENCY,
      query: { brand: '600101', channel: 'MESAJ', recipientType: 'BIREYSEL' },
      body: { text: '0535 765 43 21\n0535 765 43 22' },
    });

    const row = (await customers()).customers.find(({ brandId }) => brandId === 600101);
    expect(row?.lastRecordAt).toBeGreaterThanOrEqual(before);
    expect(row?.lastRecordAt).toBeLessThanOrEqual(after);
    const work = await owner.call('GET /organisations/:organisation/partnerships/:other/work', {
      params: { ...SHOP, other: 900100 },
    });
    const rows = new Map(work.body.work.map(({ what, who, count, rows }) => [what, { who, count, rows }]));
    expect(rows.get('movements')).toEqual({ who: 'Burak Örnek', count: 1, rows: null });
    expect(rows.get('calls')?.who).toBeNull();
    expect(rows.get('calls')?.count).toBeGreaterThanOrEqual(2);
    expect(rows.get('address.searched')).toMatchObject({ who: 'Burak Örnek', count: 1 });
    expect(rows.get('list.checked')).toEqual({ who: 'Burak Örnek', count: 1, rows: 2 });
    expect(rows.has('consent.given')).toBe(false);
    expect(JSON.stringify(work.body)).not.toMatch(/535|765/);
    // A provider that gave nothing sees nothing.
    const others = await banker.call('GET /organisations/:organisation/partnerships/:other/work', {
      params: { organisation: 600200, other: 900100 },
    });
    expect(others.body.work).toEqual([]);
  });

  it('sees of each customer what was refused and what waits to be taken over, with the last day', async () => {
    await refuse(600101);
    await refuse(600101);
    // On a channel that it may not read.
    await refuse(600101, 0);
    const late = await give(partner, consent(600101, { status: 'ONAY', source: 'HS_WEB', type: 'MESAJ' }));
    await server.owner.query(`update entry set state = 'refused', code = 'H174' where entry_id = $1`, [
      late.body.entryId,
    ]);
    const row = (await customers()).customers.find(({ brandId }) => brandId === 600101);
    expect(row?.refusedRows).toBe(1);
    const list = await partner.call('GET /organisations/:organisation/refusals', {
      params: AGENCY,
      query: { brand: '600101', open: '1' },
    });
    const [first, second] = list.body.refusals.filter(({ channel }) => channel === 'MESAJ');
    expect(second?.seq).toBeLessThan(first?.seq ?? 0);
    expect(row?.refusals).toEqual({ count: 2, more: false, stopBy: second?.stopBy });
    await partner.call('POST /organisations/:organisation/refusals/ticks', {
      params: AGENCY,
      body: { refusals: [{ brandId: 600101, seq: first?.seq ?? 0 }], done: true },
    });
    expect((await customers()).customers.find(({ brandId }) => brandId === 600101)?.refusals?.count).toBe(1);
  });

  it('is ended in the middle of its work: at the next request, by what waits, and by its programs', async () => {
    expect((await official(600101)).status).toBe(200);
    const waiting = await give(partner, consent(600101));
    expect(waiting.body.state).toBe('waiting');
    expect((await end(600101, { reason: 'Sözleşme bitti' })).status).toBe(200);
    const told = await partner.call('GET /organisations/:organisation/messages', { params: AGENCY });
    expect(told.body.messages[0]).toMatchObject({ kind: 'partnership', details: { what: 'ended' }, read: false });
    expect(told.body.messages.some(({ details }) => 'what' in details && details.what === 'offered')).toBe(true);

    expect((await give(partner, consent(600101))).problem.code).toBe('desk.brand');
    const refusals = await partner.call('GET /organisations/:organisation/refusals', {
      params: AGENCY,
      query: { brand: '600101' },
    });
    expect([refusals.status, refusals.problem.code]).toEqual([403, 'desk.brand']);
    const late = await official(600101);
    expect([late.status, late.text]).toEqual([403, expect.stringContaining('H353')]);
    expect((await official(600100)).status).toBe(200);

    server.clock.move(10);
    await server.rooms.entries.recordDue();
    const entry = await partner.call('GET /organisations/:organisation/entries/:entryId', {
      params: { ...AGENCY, entryId: waiting.body.entryId },
    });
    expect(entry.body).toMatchObject({ state: 'refused', code: 'desk.right_ended' });
    expect((await end(600101)).problem.code).toBe('partner.none');

    const { past } = await customers();
    expect(past[0]).toMatchObject({
      brand: { brandId: 600101 },
      endedHow: 'ended',
      endedBy: 'Deniz Örnek',
      endedReason: 'Sözleşme bitti',
    });
    // The provider sees on what was done while it held.
    const work = await owner.call('GET /organisations/:organisation/partnerships/:other/work', {
      params: { ...SHOP, other: 900100 },
    });
    expect(work.body.work.find(({ what }) => what === 'movements')?.count).toBe(1);
  });

  it('records nothing on a channel that it lost while the entry waited, and holds up no other entry', async () => {
    const again = await offer([{ brandId: 600101, MESAJ: 'write', ARAMA: 'write' }]);
    await accept(again.offerId);
    const call = await give(partner, consent(600101, { type: 'ARAMA' }));
    const message = await give(partner, consent(600101));
    expect((await offer([{ brandId: 600101, MESAJ: 'write', ARAMA: 'read' }])).body.state).toBe('in-force');
    server.clock.move(10);
    await server.rooms.entries.recordDue();
    const state = async (entryId: string) =>
      (await partner.call('GET /organisations/:organisation/entries/:entryId', { params: { ...AGENCY, entryId } }))
        .body;
    expect(await state(call.body.entryId)).toMatchObject({ state: 'refused', code: 'desk.right_ended' });
    expect(await state(message.body.entryId)).toMatchObject({ state: 'recorded' });
  });

  it('ends by itself what it was given, and what waits of it', async () => {
    const more = await offer([{ brandId: 600101, MESAJ: 'write', EPOSTA: 'write' }]);
    expect((await end(null, { by: partner, organisation: 900100, other: 600100, reason: 'Bıraktık' })).status).toBe(
      200,
    );
    expect(await brandsOf(partner, 900100)).toEqual([]);
    expect((await accept(more.offerId)).problem.code).toBe('offer.over');
    server.clock.move(1);
    expect((await official(600100)).status).toBe(403);
    const page = (await owner.call('GET /organisations/:organisation/partnerships', { params: SHOP })).body;
    expect(page.rights.filter(({ holder }) => holder.code === 900100)).toEqual([]);
    const lastRows = page.past.filter(({ endedReason }) => endedReason === 'Bıraktık');
    expect(lastRows.map(({ endedHow, endedBy }) => [endedHow, endedBy]).sort()).toEqual([
      ['ended', 'Burak Örnek'],
      ['ended', 'Burak Örnek'],
      ['refused', 'Burak Örnek'],
    ]);
    // The whole history is there, with its dates.
    expect(page.past.length).toBeGreaterThanOrEqual(8);
    expect(page.past.every(({ endedAt, offeredAt }) => endedAt !== null && endedAt >= offeredAt)).toBe(true);
  });

  it('is either given an offer or not, when it accepts while the provider withdraws', async () => {
    for (let round = 0; round < 5; round++) {
      const { offerId } = await offer([{ brandId: 600101, MESAJ: 'read' }]);
      const [accepted, withdrawn] = await Promise.all([accept(offerId), decline(offerId, owner, 600100)]);
      expect([accepted.status, withdrawn.status].sort()).toEqual([200, 409]);
      expect(await brandsOf(partner, 900100)).toEqual(accepted.status === 200 ? [600101] : []);
      if (accepted.status === 200) await end(null);
    }
  });
});

describe('of another customer', () => {
  it('nobody accepts, refuses or ends what is not his', async () => {
    const { offerId } = await offer([{ brandId: 600101, MESAJ: 'write' }]);
    for (const answer of [
      await accept(offerId, intermediary, 800100),
      await decline(offerId, intermediary, 800100),
      await decline(offerId, banker, 600200),
      // Who offers does not accept.
      await accept(offerId, owner, 600100),
    ])
      expect([answer.status, answer.problem.code]).toEqual([404, 'thing.unknown']);
    const foreign = await end(null, { by: banker, organisation: 600200 });
    expect(foreign.problem.code).toBe('partner.none');
    const stolen = await offer([{ brandId: 600101, MESAJ: 'write' }], { by: banker, from: 600200 });
    expect([stolen.status, stolen.problem.code]).toEqual([403, 'desk.brand']);
    // The id of another's offer gives nothing.
    const same = await offer([{ brandId: 600200, MESAJ: 'write' }], { by: banker, from: 600200, offerId });
    expect(same.status).toBe(404);
    expect((await accept(offerId)).status).toBe(200);
  });

  it("a partner's clerk sees the customers that were given to him, and no other", async () => {
    const bank = await offer([{ brandId: 600200, MESAJ: 'write' }], { by: banker, from: 600200 });
    await accept(bank.offerId);
    expect(await brandsOf(partner, 900100)).toEqual([600101, 600200]);
    const clerk = await clerkOfPartner([600101]);
    const own = await customers(clerk);
    expect(own.customers.map(({ brandId }) => brandId)).toEqual([600101]);
    expect(JSON.stringify(own)).not.toMatch(/Banka|600200/);
    expect((await give(clerk, consent(600200))).problem.code).toBe('desk.brand');
    const offers = await clerk.call('GET /organisations/:organisation/offers', { params: AGENCY });
    expect([offers.status, offers.problem.code]).toEqual([403, 'desk.ability']);
    // Its provider's pages name no other provider either.
    const page = await owner.call('GET /organisations/:organisation/partnerships', { params: SHOP });
    expect(JSON.stringify(page.body)).not.toMatch(/Banka|600200/);
  });

  it('the switch of provider narrows overview and refusals to one customer', async () => {
    await refuse(600101);
    await refuse(600200);
    const list = async (provider?: string) =>
      (
        await partner.call('GET /organisations/:organisation/refusals', {
          params: AGENCY,
          query: provider === undefined ? {} : { provider },
        })
      ).body.refusals.map(({ brandId }) => brandId);
    expect(new Set(await list())).toEqual(new Set([600101, 600200]));
    expect(new Set(await list('600200'))).toEqual(new Set([600200]));
    expect(await list('600300')).toEqual([]);
    const overview = await partner.call('GET /organisations/:organisation/overview', {
      params: AGENCY,
      query: { provider: '600200' },
    });
    expect(new Set(overview.body.refusals.map(({ brandId }) => brandId))).toEqual(new Set([600200]));
    await partner.call('POST /organisations/:organisation/overview/seen', {
      params: AGENCY,
      body: { upTo: overview.body.upTo },
    });
    const rest = await partner.call('GET /organisations/:organisation/overview', { params: AGENCY, query: {} });
    expect(rest.body.newRefusals).toBeGreaterThan(0);
    expect(new Set(rest.body.refusals.map(({ brandId }) => brandId))).toEqual(new Set([600101]));
  });

  async function clerkOfPartner(brands: readonly number[]): Promise<DeskCaller> {
    const person = await newPerson(server, { name: 'Kâtip Ortak' });
    await server.rooms.desks.seat(person.personId, { code: 900100, kind: 'partner' }, { role: 'clerk', brands });
    return person;
  }
});

describe('an intermediary', () => {
  it('asks for who named it, yes or no alone, and nothing after it was ended', async () => {
    const found = await intermediary.call('POST /organisations/:organisation/searches', {
      params: HOUSE,
      body: { address: '+905360000001' },
    });
    const person = () =>
      intermediary.call('GET /organisations/:organisation/people/:reference', {
        params: { ...HOUSE, reference: found.body.reference },
      });
    const page = await person();
    expect(page.body.movements).toBeNull();
    expect(page.body.brands.flatMap(({ answers }) => answers).every(({ why }) => why === 'untold')).toBe(true);
    expect((await customers(intermediary, HOUSE)).customers).toMatchObject([
      { brandId: 600100, MESAJ: 'read', reconciliation: false, refusals: null, lastRecordAt: null },
      { brandId: 600101, MESAJ: 'read' },
    ]);

    expect((await end(null, { other: 800100, reason: 'Başka araca geçtik' })).status).toBe(200);
    const after = await person();
    expect([after.status, after.problem.code]).toEqual([403, 'desk.ability']);
    expect((await customers(intermediary, HOUSE)).customers).toEqual([]);

    const brandless = await offer([{ brandId: 600100, MESAJ: 'read' }], { to: 800100 });
    expect([brandless.status, brandless.problem.code]).toEqual([422, 'partner.rights']);
    const again = await offer([], { to: 800100 });
    expect(again.body.state).toBe('waiting');
    expect((await person()).problem.code).toBe('desk.ability');
    expect((await accept(again.offerId, intermediary, 800100)).status).toBe(200);
    expect((await person()).status).toBe(200);
    const work = await owner.call('GET /organisations/:organisation/partnerships/:other/work', {
      params: { ...SHOP, other: 800100 },
    });
    expect(work.body.work.find(({ what }) => what === 'address.searched')).toMatchObject({
      who: 'İpek Örnek',
      count: 1,
    });
  });

  it('learns whether a provider is registered and open, by number or by how its title begins', async () => {
    const look = (text: string) =>
      intermediary.call('POST /organisations/:organisation/provider-searches', { params: HOUSE, body: { text } });
    const retail = { code: 600100, title: 'Örnek Perakende A.Ş.', open: true, named: true };
    expect((await look('600100')).body).toEqual({ providers: [retail], more: false });
    expect((await look('ÖRNEK per')).body.providers).toEqual([retail]);
    const both = (await look('örnek')).body.providers;
    expect(both.map(({ code, named }) => [code, named])).toEqual([
      [600200, false],
      [600100, true],
    ]);
    await server.owner.query(`update subscription set status = 'PAUSED' where holder_code = 600200`);
    expect((await look('600200')).body.providers).toMatchObject([{ open: false }]);
    await server.owner.query(`update subscription set status = 'ACTIVE' where holder_code = 600200`);
    // A partner is no provider, and a percent sign stands for itself.
    expect((await look('900100')).body.providers).toEqual([]);
    expect((await look('%%%')).body.providers).toEqual([]);
    for (const text of ['ör', '0532 111 22 33', '05321112233', 'biri@ornek.example'])
      expect((await look(text)).problem.code).toBe('lookup.text');

    const log = await intermediary.call('GET /organisations/:organisation/activity', {
      params: HOUSE,
      query: { act: 'provider.looked_up' },
    });
    expect(log.body.activities.at(-1)?.details).toEqual({ number: 600100, found: 1 });
    for (let n = log.body.activities.length; n < LOOKUPS_PER_HOUR; n++)
      await server.rooms.activities.add(
        { accountId: log.body.activities[0]?.actor.accountId ?? 0, organisation: { code: 800100 } },
        'provider.looked_up',
      );
    expect((await look('örnek')).problem.code).toBe('lookup.too_many');
    const other = await partner.call('POST /organisations/:organisation/provider-searches', {
      params: AGENCY,
      body: { text: '600100' },
    });
    expect([other.status, other.problem.code]).toEqual([404, 'thing.unknown']);
  });
});

describe('the history of grants', () => {
  it('cannot be deleted or rewritten by the application', async () => {
    await expect(server.database.run('delete from grant_offer')).rejects.toThrow(/permission denied/);
    await expect(server.database.run(`update grant_offer set mesaj = 'write'`)).rejects.toThrow(/permission denied/);
  });

  it('tells in the log of both sides who did what', async () => {
    const acts = async (caller: DeskCaller, organisation: number) => {
      const { body } = await caller.call('GET /organisations/:organisation/activity', {
        params: { organisation },
        query: {},
      });
      return new Set(body.activities.map(({ act, actor }) => `${act} ${actor.name}`));
    };
    for (const log of [await acts(owner, 600100), await acts(partner, 900100)]) {
      expect(log).toContain('partner.named Deniz Örnek');
      expect(log).toContain('partner.accepted Burak Örnek');
      expect(log).toContain('partner.ended Deniz Örnek');
    }
  });

  it('is the same in what rights are made from, after operators set and take rights too', async () => {
    const { parties } = server.rooms;
    const rights = { arama: 'none', mesaj: 'write', eposta: 'none', reconciliation: true, via: false } as const;
    const { partnerCode } = await parties.createPartner({ title: 'Yeni Ortak A.Ş.' });
    await parties.grant(partnerCode, 600200, rights);
    await parties.grant(partnerCode, 600200, rights);
    await parties.grant(partnerCode, 600200, { ...rights, mesaj: 'read' });
    await parties.grant(partnerCode, 600100, rights);
    await parties.grant(partnerCode, 600100, { ...rights, mesaj: 'none', reconciliation: false });
    await parties.nameIntermediary(800100, 600200, true);
    await parties.nameIntermediary(800100, 600200, true);
    await parties.nameIntermediary(800100, 600200, false);
    const past = await parties.pastRightsOf(partnerCode, 10);
    expect(past.map(({ brand, endedHow }) => [brand?.brandId, endedHow])).toEqual([
      [600100, 'ended'],
      [600200, 'replaced'],
    ]);
    const differing = await server.owner.query(`
      select partner_code, brand_id, arama, mesaj, eposta, reconciliation from partner_grant
      except
      select partner_code, brand_id, arama, mesaj, eposta, reconciliation from grant_offer
       where accepted_at is not null and ended_at is null and partner_code is not null`);
    expect(differing.rows).toEqual([]);
    const more = await server.owner.query(`
      select count(*)::int from grant_offer o where accepted_at is not null and ended_at is null
         and not exists (select from partner_grant g where g.partner_code = o.partner_code and g.brand_id = o.brand_id)
         and not exists (select from intermediary_grant i
                          where i.intermediary_code = o.intermediary_code and i.provider_code = o.provider_code)`);
    expect(more.rows).toEqual([{ count: 0 }]);
  });
});
