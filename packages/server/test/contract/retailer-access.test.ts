// Lists of retailers who may see a consent, over HTTP: which entry of a list is at fault, and what is stored of one.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallAnswer, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress } from './samples.ts';
import { newRetailer } from './scene.ts';

const CONSENTS = '/sps/600100/brands/600100/consents';
const ACCESS = `${CONSENTS}/retailers/access`;
const UNKNOWN = 99_999_999;

let server: TestServer;
let token: string;
let retailer: number;
beforeAll(async () => {
  server = await testServer();
  token = await server.token();
  retailer = await newRetailer(server);
});
afterAll(async () => {
  await server.close();
});

/** A new address with a consent. */
async function recorded(): Promise<string> {
  const recipient = newAddress('MESAJ');
  const body = consent(server.clock.now(), 'MESAJ', { recipient });
  expect((await server.call('POST', CONSENTS, { token, body })).status).toBe(200);
  return recipient;
}
const kind = { type: 'MESAJ', recipientType: 'BIREYSEL' };
const add = (recipient: string, retailerAccess: unknown) =>
  server.call('POST', ACCESS, { token, body: { ...kind, recipient, retailerAccess } });
const change = (method: 'PUT' | 'POST', path: string, recipient: string, retailerAccess: unknown) =>
  server.call(method, path, { token, body: { ...kind, recipients: [recipient], retailerAccess } });

async function listed(recipient: string): Promise<unknown[]> {
  const path = '/sps/600100/brands/600100/consent/retailers/access/list';
  const { body } = await server.call('POST', path, { token, body: { ...kind, recipient } });
  return (body as { list: { retailerCode: number }[] }).list.map(({ retailerCode }) => retailerCode);
}

/** What an answer says of each fault: the code, the place and what was sent there. */
function faultsOf({ body }: CallAnswer): unknown[] {
  const { errors } = body as { errors: { code: string; location?: unknown; value?: unknown }[] };
  return errors.map(({ code, location, value }) => [code, location, value]);
}

describe('H180', () => {
  const sent = () => ['abc', retailer, retailer, UNKNOWN, -1, String(UNKNOWN)];
  const told = [
    ['H180', ['retailerAccess', 0], 'abc'],
    ['H180', ['retailerAccess', 3], UNKNOWN],
    ['H180', ['retailerAccess', 4], -1],
    ['H180', ['retailerAccess', 5], String(UNKNOWN)],
  ];

  it.each(['POST', 'PUT'] as const)('%s names each entry by its place in the list as it was sent', async (method) => {
    const recipient = await recorded();
    const answer = await (method === 'POST' ? add(recipient, sent()) : change('PUT', ACCESS, recipient, sent()));
    expect([answer.status, faultsOf(answer)]).toEqual([403, told]);
    expect(await listed(recipient)).toEqual([]);
  });
});

describe('a list that names a retailer twice, in two spellings', () => {
  const twice = () => [retailer, String(retailer)];

  it('is taken, and the retailer is in it once', async () => {
    const recipient = await recorded();
    expect((await add(recipient, twice())).status).toBe(200);
    expect(await listed(recipient)).toEqual([retailer]);
    expect((await change('POST', `${ACCESS}/remove`, recipient, twice())).status).toBe(202);
    expect(await listed(recipient)).toEqual([]);
    expect((await change('PUT', ACCESS, recipient, twice())).status).toBe(202);
    expect(await listed(recipient)).toEqual([retailer]);
  });
});

it.each([['abc'], [UNKNOWN]])('taking %s off a list is 404 H058, and the others stay in it', async (entry) => {
  const recipient = await recorded();
  await add(recipient, [retailer]);
  const answer = await change('POST', `${ACCESS}/remove`, recipient, [retailer, entry]);
  expect([answer.status, faultsOf(answer)]).toEqual([404, [['H058', undefined, undefined]]]);
  expect(await listed(recipient)).toEqual([retailer]);
});

it('a batch whose lists together are longer than one transaction should be is told so', async () => {
  const entries = Array.from({ length: 3_000 }, (_, at) => 10_000_000 + at);
  const lists = (count: number) =>
    server.call('POST', `${CONSENTS}/request`, {
      token,
      body: Array.from({ length: count }, () => consent(server.clock.now(), 'MESAJ', { retailerAccess: entries })),
    });
  const tooMany = await lists(17);
  expect([tooMany.status, faultsOf(tooMany)]).toEqual([422, [['request.too_many_retailers', undefined, undefined]]]);
  // Within the bound the lists are read: these retailers are nobody's.
  expect((await lists(16)).status).toBe(403);
});
