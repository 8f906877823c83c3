// What one person may do within an hour at the desk, over real HTTP: the bounds hold also for what comes at once.

import { formatTime } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIST_ROWS_PER_HOUR } from '../src/doors/portal/lists.ts';
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

async function toldTo(owner: TestPerson) {
  const { body } = await owner.call('GET /organisations/:organisation/messages', { params: SHOP, query: {} });
  return body.messages.map(({ kind, details }) => [kind, details]);
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

    await did(person, 'address.revealed', REVEALS_PER_HOUR / 2 - 1);
    expect(await reveal()).toBe(200);
    expect(await toldTo(owner)).toEqual([]);
    expect(await reveal()).toBe(200);
    expect(await toldTo(owner)).toMatchObject([
      ['unusual-search', { act: 'address.revealed', count: REVEALS_PER_HOUR / 2 + 1 }],
    ]);

    await did(person, 'address.revealed', REVEALS_PER_HOUR / 2 - 1 - LEFT);
    expect(count(await Promise.all(Array.from({ length: AT_ONCE }, reveal)))).toEqual({
      200: LEFT,
      429: AT_ONCE - LEFT,
    });
  });
});

describe('rows of lists', () => {
  const check = async (person: TestPerson, rows: number) => {
    const { status, problem } = await person.call('POST /organisations/:organisation/checks/pasted', {
      params: SHOP,
      query: { brand: '600100', channel: 'MESAJ', recipientType: 'BIREYSEL' },
      body: { text: numbers(rows).join('\n') },
    });
    return status === 200 ? status : [status, problem.code];
  };
  const preview = async (person: TestPerson, rows: number) => {
    const { status, problem } = await person.call('POST /organisations/:organisation/lists/pasted', {
      params: SHOP,
      query: { brand: '600100' },
      body: {
        text: [
          ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'İzin tarihi'],
          ...numbers(rows).map((number) => [number, 'MESAJ', 'ONAY', 'HS_WEB', formatTime(server.clock.now() - 60)]),
        ]
          .map((cells) => cells.join('\t'))
          .join('\n'),
      },
    });
    return status === 200 ? status : [status, problem.code];
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => `0542111${String(n).padStart(4, '0')}`);
  const TOO_MANY = [429, 'list.too_many_rows'];

  it('count together whether they are checked or previewed, also when they come at once', async () => {
    const owner = await newPerson(server, { seat: { role: 'owner', brands: null } });
    const person = await clerk();
    await did(person, 'list.checked', 1, { rows: LIST_ROWS_PER_HOUR / 2 - 6 });
    expect(await check(person, 4)).toBe(200);
    expect(await toldTo(owner)).toEqual([]);
    expect(await preview(person, 3)).toBe(200);
    expect(await toldTo(owner)).toMatchObject([
      ['unusual-search', { act: 'list.checked', count: LIST_ROWS_PER_HOUR / 2 + 1 }],
    ]);

    await did(person, 'list.previewed', 1, { rows: LIST_ROWS_PER_HOUR / 2 - 1 - 3 * LEFT });
    expect(await check(person, 3 * LEFT + 1)).toEqual(TOO_MANY);
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => (n % 2 === 0 ? check(person, 3) : preview(person, 3))),
    );
    expect(answers.filter((answer) => answer === 200)).toHaveLength(LEFT);
    expect(answers.filter((answer) => answer !== 200)).toEqual(Array(AT_ONCE - LEFT).fill(TOO_MANY));
  });
});
