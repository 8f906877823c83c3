// What a caller is told when the database gives up a statement: 503 with Retry-After, never a fault of ours (500).

import { afterAll, beforeAll, expect, test } from 'vitest';
import { consent, newAddress } from './contract/samples.ts';
import { type CallAnswer, type TestServer, testServer } from './support/server.ts';

const CONSENTS = '/sps/600100/brands/600100/consents';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  token = await server.token();
});
afterAll(() => server.close());

/** Ends every statement that waits for a lock, as PostgreSQL's own deadline does (57014). */
async function cancelWaiting(until: () => boolean): Promise<void> {
  while (!until()) {
    await server.owner.query('select pg_stat_clear_snapshot()');
    await server.owner.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function whileLocked(table: string, ask: () => Promise<CallAnswer>): Promise<CallAnswer> {
  await server.owner.query('begin');
  await server.owner.query(`lock table ${table} in access exclusive mode`);
  let answer: CallAnswer | undefined;
  const asked = ask().then((given) => {
    answer = given;
  });
  await cancelWaiting(() => answer !== undefined);
  await asked;
  await server.owner.query('rollback');
  return answer as CallAnswer;
}

const told = ({ status, headers, body }: CallAnswer) => [
  status,
  Number(headers.get('retry-after')) > 0,
  (body as { errors?: { code: string }[] }).errors?.[0]?.code,
];

test('a query past its deadline is answered with 503, and the next one works', async () => {
  const body = { recipient: newAddress('MESAJ'), type: 'MESAJ', recipientType: 'BIREYSEL' };
  const ask = () => server.call('POST', `${CONSENTS}/status`, { token, body });
  expect(told(await whileLocked('consent', ask))).toEqual([503, true, 'H192']);
  expect((await ask()).status).toBe(200);
});

test('a write past its deadline is answered with 503, nothing of it is there, and the next one works', async () => {
  const body = consent(server.clock.now(), 'MESAJ');
  const ask = () => server.call('POST', CONSENTS, { token, body });
  expect(told(await whileLocked('movement', ask))).toEqual([503, true, 'H192']);
  expect((await server.owner.query('select 1 from movement')).rows).toEqual([]);
  expect((await ask()).status).toBe(200);
});
