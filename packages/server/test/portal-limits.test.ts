// What one person may do within an hour at the desk, over real HTTP: the bounds hold also for what comes at once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REVEALS_PER_HOUR, SEARCHES_PER_HOUR } from '../src/doors/portal/people.ts';
import type { Act } from '../src/rooms/activity/index.ts';
import { newPerson, type TestPerson } from './support/people.ts';
import { type TestServer, testServer } from './support/server.ts';

const SHOP = { organisation: 600100 };
const AT_ONCE = 20;
const LEFT = 5;

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

async function clerk(): Promise<TestPerson> {
  return await newPerson(server, { seat: { role: 'clerk', brands: null } });
}

async function accountOf({ personId }: TestPerson): Promise<number> {
  const { rows } = await server.owner.query('select account_id from account where person_id = $1', [personId]);
  return rows[0].account_id;
}

/** Notes that a person did something so many times in this hour. */
async function did(person: TestPerson, act: Act, times: number, details: object = {}): Promise<void> {
  await server.owner.query(
    `insert into activity (organisation_code, at, account_id, act, details)
     select $1, to_timestamp($2), $3, $4, $5 from generate_series(1, $6)`,
    [SHOP.organisation, server.clock.now() - 60, await accountOf(person), act, JSON.stringify(details), times],
  );
}

function count(statuses: readonly number[]): Record<number, number> {
  return Object.fromEntries([...Map.groupBy(statuses, (status) => status)].map(([of, own]) => [of, own.length]));
}

describe('searches', () => {
  it('are bounded also when they all come at once', async () => {
    const person = await clerk();
    await did(person, 'address.searched', SEARCHES_PER_HOUR - LEFT);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) =>
        person.call('POST /organisations/:organisation/searches', {
          params: SHOP,
          body: { address: `05411112${String(n).padStart(3, '0')}` },
        }),
      ),
    );
    expect(count(answers.map(({ status }) => status))).toEqual({ 200: LEFT, 429: AT_ONCE - LEFT });
  });
});

describe('addresses seen in clear', () => {
  it('are bounded, and told to the owners from half of it', async () => {
    const owner = await newPerson(server, { seat: { role: 'owner', brands: null } });
    const person = await clerk();
    const found = await person.call('POST /organisations/:organisation/searches', {
      params: SHOP,
      body: { address: '05411113344' },
    });
    const params = { ...SHOP, reference: found.body.reference };
    const reveal = async () =>
      (await person.call('POST /organisations/:organisation/people/:reference/reveal', { params })).status;
    const told = async () => {
      const { body } = await owner.call('GET /organisations/:organisation/messages', { params: SHOP, query: {} });
      return body.messages.map(({ kind, details }) => [kind, details]);
    };

    await did(person, 'address.revealed', REVEALS_PER_HOUR / 2 - 1);
    expect(await reveal()).toBe(200);
    expect(await told()).toEqual([]);
    expect(await reveal()).toBe(200);
    expect(await told()).toMatchObject([
      ['unusual-search', { act: 'address.revealed', count: REVEALS_PER_HOUR / 2 + 1 }],
    ]);

    await did(person, 'address.revealed', REVEALS_PER_HOUR / 2 - 1 - LEFT);
    expect(count(await Promise.all(Array.from({ length: AT_ONCE }, reveal)))).toEqual({
      200: LEFT,
      429: AT_ONCE - LEFT,
    });
  });
});
