// The demo's history: whatever stops its loading, the next start completes it to the same history.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemo } from '../src/demo.ts';
import { type Database, DatabaseUnavailable } from '../src/ground/database.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import type { Rooms } from '../src/house.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { statementOf, TEST_SECRET } from './support/registry.ts';
import { RETAIL, type TestServer, testServer } from './support/server.ts';

const BRANDS = [600100, 600101, 600200];
const DAY = 86_400;
const LOADED_AT = Date.UTC(2026, 10, 24, 9) / 1_000;

const open: TestServer[] = [];
async function newServer(): Promise<TestServer> {
  const server = await testServer();
  open.push(server);
  return server;
}
afterAll(async () => {
  for (const server of open) await server.close();
});

/** A start at a moment that stands still. */
function load({ rooms, database }: TestServer, now: number, way: Database = database): Promise<number> {
  const standing: Rooms = { ...rooms, clock: { now: () => now, nowMs: () => now * 1_000 } };
  return loadDemo({ rooms: standing, database: way, keys: new AddressKeys(TEST_SECRET) });
}

/** A database that answers so many rounds and no more; the last of them is carried out and its answer lost. */
function dying(database: Database, rounds: number): Database {
  let left = rounds;
  return {
    ...database,
    withConnection: async (work) => {
      left -= 1;
      if (left < 0) throw new DatabaseUnavailable('the test took it away');
      const result = await database.withConnection(work);
      if (left === 0) throw new DatabaseUnavailable('the test took its answer away');
      return result;
    },
  };
}

/** All movements and states but what is drawn by chance: nonces, and retailers' numbers, named by their tax number. */
async function contents({ owner }: TestServer) {
  const tckn = (table: string): string =>
    `(select r.tckn from retailer r where r.brand_id = ${table}.brand_id and r.retailer_code = ${table}.retailer) tckn`;
  const movements = await owner.query(`
    select m.brand_id, m.seq, m.kind, m.address, m.state, m.old_state, m.prev_seq, m.door, m.overtaken,
           m.consented_at, m.received_at, m.actor, ${tckn('m')} from movement m order by m.brand_id, m.seq`);
  const states = await owner.query(`
    select c.brand_id, c.kind, c.address, c.state, c.consented_at, c.last_seq, c.late_seq, ${tckn('c')}
      from consent c order by c.brand_id, c.kind, c.address`);
  const days = await owner.query('select * from brand_day order by brand_id, day, kind, state, change, old_state');
  return { movements: movements.rows, states: states.rows, days: days.rows };
}

let undisturbed: TestServer;
let recorded: number;
beforeAll(async () => {
  undisturbed = await newServer();
  recorded = await load(undisturbed, LOADED_AT);
});

describe('the history of the demo', () => {
  it('has consents and refusals of two weeks in every brand, told by providers and by citizens', async () => {
    const { movements } = await contents(undisturbed);
    expect(movements).toHaveLength(recorded);
    for (const brand of BRANDS) {
      const own = movements.filter(({ brand_id: id }) => id === brand);
      expect(new Set(own.map(({ received_at: at }) => Math.floor(at.getTime() / 86_400_000))).size).toBe(14);
      expect(new Set(own.map(({ door, state }) => `${door} ${state & 1}`))).toEqual(
        new Set([`${DOORS.demo} 1`, `${DOORS.demo} 0`, `${DOORS.citizen} 0`]),
      );
    }
    expect(new Set(movements.map(({ tckn }) => tckn)).size).toBe(4);
  });

  it('has retailers in the provinces and districts that /info names', async () => {
    const { places } = undisturbed.rooms;
    const { rows } = await undisturbed.owner.query('select city, town from retailer');
    expect(rows).toHaveLength(3);
    for (const { city, town } of rows) {
      const district = places.district(Number(town.code));
      expect([district?.name, district?.cityCode]).toEqual([town.name, Number(city.code)]);
      expect(places.province(Number(city.code))?.name).toBe(city.name);
    }
  });

  it('is the same of each start that was interrupted, at whatever call, and completed later', async () => {
    const server = await newServer();
    let now = LOADED_AT;
    // On the first call, before any, and on the way through each of the brands; each a day later.
    for (const rounds of [1, 0, 60, 2, 70, 1, 100, 60]) {
      await expect(load(server, now, dying(server.database, rounds))).rejects.toThrow(DatabaseUnavailable);
      now += DAY;
    }
    const before = (await contents(server)).movements;
    expect(new Set(before.map(({ brand_id: id }) => id)).size).toBe(BRANDS.length);
    expect(await load(server, now)).toBe(recorded - before.length);
    expect(await contents(server)).toEqual(await contents(undisturbed));
  });

  it('is loaded once: later starts add nothing, also when the brands have moved on', async () => {
    const before = await contents(undisturbed);
    expect(await load(undisturbed, LOADED_AT + 3_600)).toBe(0);
    expect(await contents(undisturbed)).toEqual(before);
    const scope = await retailScope(undisturbed);
    const told = [statementOf('+905329999999', 1, undisturbed.clock.now())];
    await undisturbed.rooms.registry.record(scope, told, { door: DOORS.officialSingle });
    expect(await load(undisturbed, LOADED_AT + 30 * DAY)).toBe(0);
  });

  it('is not written behind what somebody else recorded in a brand', async () => {
    const server = await newServer();
    const scope = await retailScope(server);
    const told = [statementOf('+905329999999', 1, server.clock.now())];
    await server.rooms.registry.record(scope, told, { door: DOORS.officialSingle });
    await load(server, LOADED_AT);
    const { movements } = await contents(server);
    const others = (await contents(undisturbed)).movements.filter(({ brand_id: id }) => id !== 600100);
    expect(movements.filter(({ brand_id: id }) => id === 600100)).toHaveLength(1);
    expect(movements.filter(({ brand_id: id }) => id !== 600100)).toEqual(others);
  });
});

async function retailScope({ rooms }: TestServer) {
  const principal = await rooms.access.principalOf(RETAIL.email);
  const answer = principal && rooms.access.brandScope(principal, 600100, 600100);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  return answer.scope;
}
