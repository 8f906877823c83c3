// Metrics on a real PostgreSQL, and on one that is gone or silent: that is when they are looked at.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { APP_ROLE, type Database, openDatabase } from '../src/ground/database.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openLog } from '../src/ground/log.ts';
import { openMetrics, type RequestMetrics } from '../src/ground/metrics.ts';
import { type Deliveries, openDeliveries } from '../src/rooms/deliveries/index.ts';
import { TEST_SECRET, testRegistry } from './support/registry.ts';
import { type WeakLink, weakLink } from './support/weak-link.ts';

let house: Awaited<ReturnType<typeof testRegistry>>;
let link: WeakLink;
let database: Database;
let metrics: RequestMetrics;
/** Looks at the state of push: each is one query. */
let looks: ReturnType<Deliveries['lag']>[];

beforeAll(async () => {
  house = await testRegistry([1]);
  await house.owner.query(
    `insert into push_address (brand_id, push_id, holder_code, channel, url, username, password, status, status_at, cursor_seq)
     select 1, gen_random_uuid(), 1, 1, 'https://alici.example/' || status, 'kullanici', '\\x00', status, now(), 0
       from (values ('connected'), ('parked')) a(status)`,
  );
  await house.owner.query('update brand_journal set last_seq = 7');
});
afterAll(async () => {
  await house.close();
});
beforeEach(async () => {
  const url = new URL(house.url);
  link = await weakLink(Number(url.port));
  url.port = String(link.port);
  database = openDatabase({ url: url.href, role: APP_ROLE, connectionsMax: 2 });
  const { registry, clock } = house;
  const keys = new AddressKeys(TEST_SECRET);
  const deliveries = openDeliveries({ database, registry, clock, keys, log: openLog('silent'), allowPrivate: true });
  looks = [];
  const lag: Deliveries['lag'] = () => {
    const look = deliveries.lag();
    looks.push(look);
    return look;
  };
  metrics = openMetrics({ database, registry, deliveries: { lag } });
});
afterEach(async () => {
  metrics.close();
  await link.close();
  await database.close();
});

/** The samples of a scrape without labels. */
async function scrape(): Promise<Record<string, number>> {
  const samples = (await metrics.text()).matchAll(/^(\w+) (\S+)$/gm);
  return Object.fromEntries([...samples].map(([, name, value]) => [name, Number(value)]));
}

it('counts requests by route, method and status', async () => {
  for (const status of [200, 200, 422]) metrics.request('/brands/:brandCode', 'POST', status, 0.03);
  metrics.request('/brands/:brandCode', 'GET', 200, 0.03);
  const text = await metrics.text();
  const counts = [...text.matchAll(/^acik_iys_request_seconds_count\{(.*)\} (\d+)$/gm)].map(([, ...found]) => found);
  expect(counts).toEqual([
    ['route="/brands/:brandCode",method="POST",status="200"', '2'],
    ['route="/brands/:brandCode",method="POST",status="422"', '1'],
    ['route="/brands/:brandCode",method="GET",status="200"', '1'],
  ]);
  expect(text).toMatch(/_bucket\{le="0.025",.*method="POST",status="200"\} 0\n.*_bucket\{le="0.05",.*\} 2\n/);
});

it('asks the database once a scrape', async () => {
  expect(await scrape()).toMatchObject({ acik_iys_push_behind: 7, acik_iys_push_parked: 1 });
  expect(looks).toHaveLength(1);
});

it('tells everything else when the database is gone, and of push again when it is back', async () => {
  await scrape();
  link.cut();
  expect(await scrape()).toMatchObject({
    acik_iys_push_behind: Number.NaN,
    acik_iys_push_parked: Number.NaN,
    acik_iys_pool_connections: expect.any(Number),
    acik_iys_pool_idle: expect.any(Number),
    acik_iys_pool_waiting: 0,
    acik_iys_journal_waiting_statements: 0,
    acik_iys_event_loop_delay_p99_seconds: expect.any(Number),
  });
  link.mend();
  expect(await scrape()).toMatchObject({ acik_iys_push_behind: 7, acik_iys_push_parked: 1 });
});

it('does not wait for a database that does not answer', async () => {
  await scrape();
  link.hush();
  let ended = false;
  const scraped = scrape();
  looks
    .at(-1)
    ?.catch(() => undefined)
    .finally(() => {
      ended = true;
    });
  expect(await scraped).toMatchObject({ acik_iys_push_behind: Number.NaN, acik_iys_pool_connections: 1 });
  expect(ended).toBe(false);
});
