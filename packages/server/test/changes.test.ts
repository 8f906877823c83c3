// The original's walls in the changes feed, both switched on here and off by default: the last minutes hidden, and
// nothing older than some days.

import { afterEach, describe, expect, test } from 'vitest';
import { consent, newAddress } from './contract/samples.ts';
import { type TestServer, testServer } from './support/server.ts';

const DAY = 86_400;
const CONSENTS = '/sps/600100/brands/600100/consents';

let server: TestServer;
afterEach(() => server.close());

async function addOne(): Promise<string> {
  const recipient = newAddress('MESAJ');
  const body = consent(server.clock.now(), 'MESAJ', { recipient });
  const answer = await server.call('POST', CONSENTS, { token: await server.token(), body });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return recipient;
}

async function changes(): Promise<string[]> {
  const answer = await server.call('GET', `${CONSENTS}/changes?source=HS`, { token: await server.token() });
  if (answer.status === 204) return [];
  return (answer.body as { list: { recipient: string }[] }).list.map(({ recipient }) => recipient);
}

describe('by default', () => {
  test('all is shown at once and for ever', async () => {
    server = await testServer();
    const first = await addOne();
    server.clock.move(400 * DAY);
    expect(await changes()).toEqual([first]);
    const second = await addOne();
    expect(await changes()).toEqual([first, second]);
  });
});

describe('with a wall of seven days', () => {
  test('what is older is not served, also where nothing has moved since', async () => {
    server = await testServer({ config: { changesDays: 7 } });
    await addOne();
    server.clock.move(6 * DAY);
    expect(await changes()).toHaveLength(1);
    server.clock.move(24 * DAY);
    expect(await changes()).toEqual([]);
    const last = await addOne();
    expect(await changes()).toEqual([last]);
  });

  test('a brand in which nothing ever moved has no changes', async () => {
    server = await testServer({ config: { changesDays: 7 } });
    expect(await changes()).toEqual([]);
  });
});

describe('with the last hour hidden', () => {
  test('a movement is shown when the hour is over', async () => {
    server = await testServer({ config: { changesHiddenMinutes: 60 } });
    const recipient = await addOne();
    expect(await changes()).toEqual([]);
    server.clock.move(59 * 60);
    expect(await changes()).toEqual([]);
    server.clock.move(2 * 60);
    expect(await changes()).toEqual([recipient]);
  });
});
