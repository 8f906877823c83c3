// Push of partners, over HTTP on a whole server: a right that is taken away ends what it opened, and the provider stays
// master of the addresses of its brand.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { kindOf, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Right } from '../../src/rooms/access/index.ts';
import { DOORS } from '../../src/rooms/registry/index.ts';
import { PARTNER, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { newAddress } from './samples.ts';

const PUSH = '/sps/600100/brands/600100/push';
const SOON = { timeout: 60_000, interval: 20 };

let server: TestServer;
let receiver: Server;
/** Addresses of recipients that arrived, by path. */
let arrived: Record<string, string[]>;
let at: string;

beforeEach(async () => {
  server = await testServer({ work: true });
  arrived = {};
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization === undefined) {
      response.writeHead(401).end();
      return;
    }
    const { list } = JSON.parse(Buffer.concat(chunks).toString()) as { list: { recipient: string }[] };
    const path = request.url as string;
    const recipients = list.map(({ recipient }) => recipient).filter((recipient) => recipient.startsWith('+'));
    arrived[path] = [...(arrived[path] ?? []), ...recipients];
    response.writeHead(204).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  at = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await server.close();
  receiver.closeAllConnections();
  receiver.close();
});

const connection = (path: string, password: string) => ({ url: at + path, type: 'MESAJ', username: 'push', password });

async function ask(method: 'GET' | 'POST', what: string, email: string, body?: unknown) {
  const token = await server.token(email);
  return await server.call(method, `${PUSH}/${what}`, { token, ...(body !== undefined && { body }) });
}
const register = (email: string, path: string, password: string) =>
  ask('POST', 'registration', email, { connection: [connection(path, password)] });
const remove = (email: string, path: string, password: string) =>
  ask('POST', 'unregistration', email, connection(path, password));

async function grant(mesaj: Right): Promise<void> {
  const rights = { arama: 'none', mesaj, eposta: 'none', reconciliation: false, via: false } as const;
  await server.rooms.parties.grant(PARTNER.code, 600100, rights);
  server.rooms.access.forget();
}

/** A citizen refuses a message of the brand. */
async function refuse(): Promise<string> {
  const principal = await server.rooms.access.principalOf(RETAIL.email);
  const answer = principal && server.rooms.access.brandScope(principal, 600100, 600100);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const address = newAddress('MESAJ');
  const no = { kind: kindOf(1, 0), address, status: RET, source: SOURCE_NUMBERS.IYS_MOBIL, retailer: null } as const;
  const statement = { ...no, consentedAt: server.clock.now() - 60 };
  await server.rooms.registry.record(answer.scope, [statement], { door: DOORS.citizen });
  return address;
}

it('ends a partner’s push with its right, and gives it what it missed when the right comes back', async () => {
  expect((await register(PARTNER.email, '/p1', 'ortak')).status).toBe(200);
  expect((await register(PARTNER.email, '/p2', 'ortak')).status).toBe(200);
  const all = [await refuse()];
  await expect.poll(() => [arrived['/p1'], arrived['/p2']], SOON).toEqual([all, all]);

  await grant('none');
  expect((await register(RETAIL.email, '/s1', 'saglayici')).status).toBe(200);
  const later = [await refuse(), await refuse()];
  await expect.poll(() => arrived['/s1'], SOON).toEqual(later);
  all.push(...later);
  expect((await ask('GET', 'registration', RETAIL.email)).body).toEqual([
    expect.objectContaining({ url: `${at}/p1`, status: 'Bağlantı Oluşturulamadı' }),
    expect.objectContaining({ url: `${at}/p2`, status: 'Bağlantı Oluşturulamadı' }),
    expect.objectContaining({ url: `${at}/s1`, status: 'Bağlantı Oluşturuldu' }),
  ]);
  expect([arrived['/p1'], arrived['/p2']]).toEqual([all.slice(0, 1), all.slice(0, 1)]);

  await grant('write');
  await expect.poll(() => [arrived['/p1'], arrived['/p2']], SOON).toEqual([all, all]);
});

it('leaves the provider its places, and lets it remove what a partner registered', async () => {
  await register(PARTNER.email, '/p1', 'ortak');
  await register(PARTNER.email, '/p2', 'ortak');
  await grant('none');
  for (const path of ['/s1', '/s2']) {
    const answer = await register(RETAIL.email, path, 'saglayici');
    expect(answer.status, answer.text).toBe(200);
  }
  for (const path of ['/p1', '/p2']) {
    const answer = await remove(RETAIL.email, path, 'bilinmiyor');
    expect(answer.status, answer.text).toBe(200);
  }
  // Its own it removes with its own credentials, as ever.
  expect((await remove(RETAIL.email, '/s1', 'bilinmiyor')).status).toBe(422);
  const urls = (body: unknown) => (body as { url: string }[]).map(({ url }) => url);
  expect(urls((await ask('GET', 'registration', RETAIL.email)).body)).toEqual([`${at}/s1`, `${at}/s2`]);

  // A partner that comes back finds none of what was removed.
  await grant('write');
  const address = await refuse();
  await expect.poll(() => [arrived['/s1'], arrived['/s2']], SOON).toEqual([[address], [address]]);
  expect([arrived['/p1'], arrived['/p2']]).toEqual([[], []]);
});
