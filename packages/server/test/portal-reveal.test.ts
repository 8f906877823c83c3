// Opening one masked address, over real HTTP: a reference that somebody holds opens nothing by itself. It takes a brand of
// his that knows the address, or that he typed it himself.

import { kindOf, ONAY, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS } from '../src/rooms/registry/index.ts';
import { newAddress } from './contract/samples.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { newPerson } from './support/people.ts';
import { BANK, RETAIL, type TestServer, testServer } from './support/server.ts';

const SHOP = 600100;
const SECOND = 600101;
const AGENCY = 900100;
const NOT_YOURS = [403, 'reveal.not_yours'];

let server: TestServer;
let owner: DeskCaller;
let shop: DeskCaller;
let shopCode: number;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  owner = await enter(server, 'owner');
  shop = await enter(server, 'retailer');
  const desk = await shop.call('GET /organisations/:organisation', { params: { organisation: SHOP } });
  shopCode = desk.body.brands[0]?.retailerCode ?? 0;
});
afterAll(() => server.close());

/** An address with a consent for a brand. */
async function recorded(
  brandId: number,
  { retailer = null, shownTo, channel = 1 }: { retailer?: number | null; shownTo?: number; channel?: number } = {},
): Promise<string> {
  const { email, code } = brandId === BANK.code ? BANK : RETAIL;
  const principal = await server.rooms.access.principalOf(email);
  const answer = principal && server.rooms.access.brandScope(principal, code, brandId);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const address = newAddress('MESAJ');
  const consentedAt = server.clock.now() - 60;
  await server.rooms.registry.record(
    answer.scope,
    [{ kind: kindOf(channel, 0), address, status: ONAY, source: SOURCE_NUMBERS.HS_WEB, consentedAt, retailer }],
    { door: DOORS.officialSingleV2, ...(shownTo !== undefined && { retailerAccess: [[shownTo]] }) },
  );
  return address;
}

/** The reference of an address, as a colleague's page has it. */
function referenceOf(address: string, organisation = SHOP): string {
  return server.rooms.references.make(organisation, address);
}

async function reveal(caller: DeskCaller, address: string, organisation = SHOP) {
  const { status, body, problem } = await caller.call('POST /organisations/:organisation/people/:reference/reveal', {
    params: { organisation, reference: referenceOf(address, organisation) },
  });
  return status === 200 ? [status, body.address] : [status, problem.code];
}

async function search(caller: DeskCaller, address: string): Promise<void> {
  const { status } = await caller.call('POST /organisations/:organisation/searches', {
    params: { organisation: SHOP },
    body: { address },
  });
  expect(status).toBe(200);
}

/** Brands of the addresses that were opened, newest first. */
async function revealedFor(): Promise<(number | null)[]> {
  const { body } = await owner.call('GET /organisations/:organisation/activity', {
    params: { organisation: SHOP },
    query: { act: 'address.revealed' },
  });
  return body.activities.map(({ brandId }) => brandId);
}

describe('an address is opened', () => {
  it('to who may open those of a brand that knows it, and the log says of which', async () => {
    const clerk = await newPerson(server, { seat: { role: 'clerk', brands: null } });
    const address = await recorded(SECOND);
    expect(await reveal(clerk, address)).toEqual([200, address]);
    expect((await revealedFor())[0]).toBe(SECOND);
  });

  it('not to who sees that brand and may open those of another', async () => {
    const person = await newPerson(server, { seat: { role: 'viewer', brands: null } });
    await server.rooms.desks.seat(
      person.personId,
      { code: SHOP, kind: 'provider' },
      { role: 'clerk', brands: [SECOND] },
    );
    expect(await reveal(person, await recorded(SHOP))).toEqual(NOT_YOURS);
    const own = await recorded(SECOND);
    expect(await reveal(person, own)).toEqual([200, own]);
  });

  it('not to a partner after its right for the provider has ended, nor of a channel that was not given', async () => {
    const partner = await enter(server, 'partner');
    const address = await recorded(SHOP);
    expect(await reveal(partner, address, AGENCY)).toEqual([200, address]);
    await server.owner.query(
      `update partner_grant set brand_id = $1, arama = 'none' where partner_code = $2 and brand_id = $3`,
      [BANK.code, AGENCY, SHOP],
    );
    expect(await reveal(partner, address, AGENCY)).toEqual(NOT_YOURS);
    const own = await recorded(BANK.code);
    expect(await reveal(partner, own, AGENCY)).toEqual([200, own]);
    expect(await reveal(partner, await recorded(BANK.code, { channel: 0 }), AGENCY)).toEqual(NOT_YOURS);
  });

  it('to a retailer where his shop took it or is shown it, and not because a colleague hands him the reference', async () => {
    for (const own of [{ retailer: shopCode }, { shownTo: shopCode }]) {
      const address = await recorded(SHOP, own);
      expect(await reveal(shop, address)).toEqual([200, address]);
    }
    expect(await reveal(shop, await recorded(SHOP))).toEqual(NOT_YOURS);
    expect(await reveal(shop, newAddress('MESAJ'))).toEqual(NOT_YOURS);
  });

  it('to who typed it himself, within a day, and to nobody else', async () => {
    const address = newAddress('MESAJ');
    await search(shop, address);
    expect(await reveal(shop, address)).toEqual([200, address]);
    expect((await revealedFor())[0]).toBeNull();
    expect(await reveal(owner, address)).toEqual(NOT_YOURS);
    server.clock.move(86_400);
    await server.rooms.typedAddresses.expire();
    expect(await reveal(await enter(server, 'retailer'), address)).toEqual(NOT_YOURS);
    const { rows } = await server.owner.query('select from address_typed');
    expect(rows).toEqual([]);
  });
});
