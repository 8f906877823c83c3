// Push: registration, removal and the delivery loop, against a real PostgreSQL and real receivers over HTTP and TLS.
// Times are moved by the clock, not waited for. `expect.poll` waits for what must come; it measures nothing.

import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import {
  CHANNELS,
  type Channel,
  type ConnectionReason,
  formatTime,
  kindOf,
  ONAY,
  RET,
  SOURCE_NUMBERS,
  type Statement,
} from '@acik-iys/law';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { movableClock } from '../src/ground/clock.ts';
import { APP_ROLE, openDatabase, type Row } from '../src/ground/database.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openLog } from '../src/ground/log.ts';
import type { BrandScope, Right } from '../src/rooms/access/index.ts';
import { type Deliveries, type DeliveriesOptions, openDeliveries } from '../src/rooms/deliveries/index.ts';
import { askNameServers, reachOf } from '../src/rooms/deliveries/network.ts';
import * as sql from '../src/rooms/deliveries/sql.ts';
import { DOORS, openRegistry } from '../src/rooms/registry/index.ts';
import { TEST_SECRET, testRegistry } from './support/registry.ts';

const WITHOUT_OPENSSL = spawnSync('openssl', ['version']).status !== 0;
const LAST_BRAND = 200;
/** For `expect.poll`: on a slow and busy machine. */
const SOON = { timeout: 60_000, interval: 20 };
const PASSWORD = 'çok-gizli-parola';
const TEST_RECORD = {
  list: [
    {
      iysCode: 121212,
      brandCode: 121212,
      consentDate: '2015-05-01 15:00:00',
      creationDate: '2015-05-01 15:00:00',
      source: 'IYS_MOBIL',
      recipient: 'pushtest@iys.org.tr',
      recipientType: 'BIREYSEL',
      status: 'ONAY',
      type: 'EPOSTA',
      transactionId: 'e52ee30512adfcd2a41fb3b4682f5bd61eee5b1c92bda665fc0b7e56644d429d',
    },
  ],
};

interface Sent {
  readonly recipient: string;
  readonly transactionId: string;
  readonly type: string;
}
type Answer = (request: IncomingMessage, response: ServerResponse, list: readonly Sent[]) => void;

let house: Awaited<ReturnType<typeof testRegistry>>;
const logged: string[] = [];
let brand = 0;
let counter = 0;
let opened: Deliveries[] = [];
let servers: net.Server[] = [];
let nameServers: ReturnType<typeof createSocket>[] = [];

/** Partners with what their users write as scopes; the provider's user is account 1. */
const PARTNER = { code: 900, actor: 2 };
const OTHER_PARTNER = { code: 901, actor: 3 };

beforeAll(async () => {
  house = await testRegistry(Array.from({ length: LAST_BRAND }, (_, i) => i + 1));
  await house.owner.query(`insert into partner (partner_code, title) values (900, 'Ortak'), (901, 'Ortak')`);
  await house.owner.query(
    `insert into account (account_id, email, password_hash, role, provider_code, partner_code)
     overriding system value
     values (1, 'a@ornek.example', '-', 'API_USER', 1, null), (2, 'b@ornek.example', '-', 'API_USER', null, 900),
            (3, 'c@ornek.example', '-', 'API_USER', null, 901)`,
  );
});
afterAll(async () => {
  await house.close();
});
// Each test has a brand of its own.
beforeEach(() => {
  brand += 1;
});
afterEach(async () => {
  // Receivers first: a call that a test holds ends with its receiver.
  for (const server of servers) {
    if (server instanceof http.Server || server instanceof https.Server) server.closeAllConnections();
    server.close();
  }
  for (const one of nameServers) one.close();
  nameServers = [];
  await Promise.all(opened.map((one) => one.stop()));
  servers = [];
  opened = [];
  await house.owner.query('delete from push_address');
});

function deliveries(more: Partial<DeliveriesOptions> = {}): Deliveries {
  const one = openDeliveries({
    database: house.database,
    registry: house.registry,
    clock: house.clock,
    keys: new AddressKeys(TEST_SECRET),
    log: openLog('debug', (line) => logged.push(line)),
    allowPrivate: true,
    ...more,
  });
  opened.push(one);
  return one;
}

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A scope of a partner's user, and what the brand grants the partner: a right on MESAJ. */
async function partnerScope({ code, actor } = PARTNER, right: Right = 'write') {
  await grant(right, code);
  return house.scope(brand, { actor, rights: { ARAMA: 'none', MESAJ: right, EPOSTA: 'none' } });
}
async function grant(mesaj: Right, partner = PARTNER.code): Promise<void> {
  await house.owner.query(
    `insert into partner_grant (partner_code, brand_id, mesaj) values ($1, $2, $3)
     on conflict (partner_code, brand_id) do update set mesaj = excluded.mesaj`,
    [partner, brand, mesaj],
  );
}

/** A name server that gives every name these IPv4 addresses and none of the other family, or never answers. */
async function nameServer(addresses: readonly string[] | 'silent') {
  const socket = createSocket('udp4');
  nameServers.push(socket);
  const server = { ask: askNameServers(), asked: [] as number[], onQuestion: () => {} };
  socket.on('message', (message, { port, address }) => {
    const nameEnd = message.indexOf(0, 12) + 1;
    const type = message.readUInt16BE(nameEnd);
    server.asked.push(type);
    server.onQuestion();
    if (addresses === 'silent') return;
    const found = type === TYPE_A ? addresses : [];
    const head = Buffer.from([...message.subarray(0, 2), 0x81, 0x80, 0, 1, 0, found.length, 0, 0, 0, 0]);
    const records = found.map((ip) =>
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...ip.split('.').map(Number)]),
    );
    socket.send(Buffer.concat([head, message.subarray(12, nameEnd + 4), ...records]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  server.ask = askNameServers([`127.0.0.1:${socket.address().port}`]);
  return server;
}
const TYPE_A = 1;
const TYPE_AAAA = 28;

/** A receiver that demands basic authentication and then answers as told (204 unless told). */
async function receiver(first: Answer = accept) {
  const calls: {
    readonly authorization: string | undefined;
    readonly host: string | undefined;
    readonly body: string;
  }[] = [];
  const list: Sent[] = [];
  const pages: number[] = [];
  const state = { answer: first, open: 0, mostOpen: 0 };
  const server = http.createServer(async (request, response) => {
    state.open += 1;
    state.mostOpen = Math.max(state.mostOpen, state.open);
    response.on('close', () => {
      state.open -= 1;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    calls.push({ authorization: request.headers.authorization, host: request.headers.host, body });
    if (request.headers.authorization === undefined) {
      response.writeHead(401).end();
      return;
    }
    const sent = (JSON.parse(body) as { list: Sent[] }).list;
    if (body !== JSON.stringify(TEST_RECORD)) {
      list.push(...sent);
      pages.push(sent.length);
    }
    state.answer(request, response, sent);
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/push`, port, calls, list, pages, state };
}
function accept(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204).end();
}
function refuse(status: number, headers: http.OutgoingHttpHeaders = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, headers).end();
  };
}
function hang(): void {}
/** Lets registrations through and holds movements; the held answers, in order. */
function holdMovements(to: Awaited<ReturnType<typeof receiver>>): ServerResponse[] {
  const held: ServerResponse[] = [];
  to.state.answer = (request, response, [first]) => {
    if (first?.transactionId === TEST_RECORD.list[0]?.transactionId) accept(request, response);
    else held.push(response);
  };
  return held;
}

const failed = (reason: ConnectionReason) => [{ code: 'H530', reason }];

function entry(url: string, type: string = 'MESAJ') {
  return { url, type, username: 'kullanici', password: PASSWORD };
}
function register(to: Deliveries, url: string, type: Channel = 'MESAJ', brandId = brand) {
  return to.register(house.scope(brandId), { connection: [entry(url, type)] });
}

function newAddress(channel: Channel): string {
  counter += 1;
  return channel === 'EPOSTA' ? `kisi${counter}@ornek.example` : `+90532${counter.toString().padStart(7, '0')}`;
}
function statement(channel: Channel, more: Partial<Statement> = {}): Statement {
  return {
    kind: kindOf(CHANNELS.indexOf(channel), 0),
    address: newAddress(channel),
    status: ONAY,
    source: SOURCE_NUMBERS.IYS_WEB,
    consentedAt: house.clock.now() - 60,
    retailer: null,
    ...more,
  };
}
/** Records `count` movements of a citizen and returns their transaction ids. */
async function citizensSay(count: number, channel: Channel = 'MESAJ', brandId = brand, through = house.registry) {
  return await record(
    Array.from({ length: count }, () => statement(channel)),
    brandId,
    through,
  );
}
async function record(statements: readonly Statement[], brandId = brand, through = house.registry): Promise<string[]> {
  const outcomes = await through.record(house.scope(brandId), statements, { door: DOORS.citizen });
  return outcomes.map((outcome) => {
    if (outcome.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
    return outcome.transactionId;
  });
}
function ids(list: readonly Sent[]): string[] {
  return list.map(({ transactionId }) => transactionId);
}
async function stored(brandId = brand) {
  const { rows } = await house.owner.query(
    `select attempts, status, cursor_seq, failing_since is not null as failing,
            date_part('epoch', next_try_at)::int8 as next_try, lease_until is not null as leased
       from push_address where brand_id = $1`,
    [brandId],
  );
  return rows[0] as {
    attempts: number;
    status: string;
    cursor_seq: number;
    failing: boolean;
    next_try: number | null;
    leased: boolean;
  };
}

describe('the form of a registration', () => {
  const url = 'https://alici.example/push';
  it.each([
    ['no url', { ...entry(url), url: undefined }, [{ code: 'H531', location: ['url'] }]],
    ['null as url', { ...entry(url), url: null }, [{ code: 'H531', location: ['url'] }]],
    ['an empty url', entry(''), [{ code: 'H531' }]],
    ['http', entry('http://alici.example/push'), [{ code: 'H531' }]],
    ['another protocol', entry('ftp://alici.example/push'), [{ code: 'H531' }]],
    ['no address at all', entry('https://'), [{ code: 'H531' }]],
    ['NUL in the url', entry('https://alici.example/\0'), [{ code: 'H531' }]],
    ['a number as url', { ...entry(url), url: 5 }, [{ code: 'H531' }]],
    ['a url too long', entry(`${url}/${'a'.repeat(2_048)}`), [{ code: 'H531' }]],
    ['credentials in the url', entry('https://ali:gizli@alici.example/'), [{ code: 'H531' }]],
    ['no type', { ...entry(url), type: undefined }, [{ code: 'H111', location: ['type'] }]],
    ['a wrong type', entry(url, 'EPOSTAa'), [{ code: 'H117', location: ['type'], value: 'EPOSTAa' }]],
    ['no username', { ...entry(url), username: undefined }, [{ code: 'H093', location: ['username'] }]],
    ['a colon in the username', { ...entry(url), username: 'a:b' }, [{ code: 'H093', location: ['username'] }]],
    ['an empty password', { ...entry(url), password: '' }, [{ code: 'H093', location: ['password'] }]],
    ['NUL in the password', { ...entry(url), password: 'a\0' }, [{ code: 'H093', location: ['password'] }]],
    ['half a character', { ...entry(url), password: 'a\ud800' }, [{ code: 'H093', location: ['password'] }]],
    ['a password too long', { ...entry(url), password: 'a'.repeat(256) }, [{ code: 'H093', location: ['password'] }]],
  ])('names the fault of %s', async (_name, connection, faults) => {
    const push = deliveries({ allowPrivate: false });
    expect(await push.register(house.scope(brand), { connection: [connection] })).toEqual(faults);
    expect(await push.unregister(house.scope(brand), connection)).toEqual(faults);
  });

  it('collects the faults of all entries', async () => {
    const connection = [{ ...entry('ftp://x'), password: null }, entry(url), {}];
    expect(await deliveries().register(house.scope(brand), { connection })).toEqual([
      { code: 'H531' },
      { code: 'H093', location: ['password'] },
      { code: 'H531', location: ['url'] },
      { code: 'H111', location: ['type'] },
      { code: 'H093', location: ['username'] },
      { code: 'H093', location: ['password'] },
    ]);
  });

  it.each([[{}], [{ connection: [] }], [{ connection: null }], [{ connection: 'x' }], [{ connection: [[]] }]])(
    'takes %j for an entry without anything',
    async (body) => {
      const faults = await deliveries().register(house.scope(brand), body);
      expect((faults as { code: string }[]).map(({ code }) => code)).toEqual(['H531', 'H111', 'H093', 'H093']);
    },
  );

  it.each([[null], [[]], ['text'], [5], [undefined]])('says that %j is no JSON object', async (body) => {
    expect(await deliveries().register(house.scope(brand), body)).toBe('not-json-object');
    expect(await deliveries().unregister(house.scope(brand), body)).toBe('not-json-object');
  });

  it('refuses a channel that the caller may not write, and lists only what he may read', async () => {
    const push = deliveries();
    const to = await receiver();
    const partner = house.scope(brand, { rights: { ARAMA: 'write', MESAJ: 'read', EPOSTA: 'none' } });
    expect(await push.register(partner, { connection: [entry(to.url, 'MESAJ')] })).toBe('no-right');
    expect(await push.unregister(partner, entry(to.url, 'EPOSTA'))).toBe('no-right');
    expect(to.calls).toEqual([]);
    for (const type of CHANNELS) expect(await register(push, to.url, type)).toBe('registered');
    expect((await push.list(partner)).map(({ channel }) => channel)).toEqual(['ARAMA', 'MESAJ']);
  });
});

describe('the test of a registration', () => {
  it('asks without authorization, then with it for the fixed record, and keeps the password sealed', async () => {
    const push = deliveries();
    const to = await receiver();
    expect(await register(push, to.url, 'EPOSTA')).toBe('registered');
    expect(to.calls.map(({ authorization }) => authorization)).toEqual([
      undefined,
      `Basic ${Buffer.from(`kullanici:${PASSWORD}`).toString('base64')}`,
    ]);
    expect(JSON.parse(to.calls[1]?.body as string)).toEqual(TEST_RECORD);
    expect(await push.list(house.scope(brand))).toEqual([
      { url: to.url, channel: 'EPOSTA', status: 'connected', statusAt: expect.any(Number) },
    ]);
    const { rows } = await house.owner.query('select password from push_address');
    expect(rows).toHaveLength(1);
    expect((rows[0] as { password: Buffer }).password.includes(PASSWORD)).toBe(false);
  });

  it('refuses a receiver that does not ask for authorization', async () => {
    const port = await listen(http.createServer((_request, response) => response.end()));
    expect(await register(deliveries(), `http://127.0.0.1:${port}`)).toEqual(failed('open'));
  });

  it.each([
    ['refuses', refuse(403), 'unwelcome'],
    ['fails', refuse(500), 'unwelcome'],
    ['closes the connection', (request: IncomingMessage) => request.socket.destroy(), 'unreachable'],
    ['changes the protocol', refuse(101, { connection: 'upgrade', upgrade: 'x' }), 'unreachable'],
  ] as [string, Answer, ConnectionReason][])('refuses a receiver that %s', async (_name, answer, reason) => {
    const to = await receiver(answer);
    expect(await register(deliveries(), to.url)).toEqual(failed(reason));
    expect(await deliveries().list(house.scope(brand))).toEqual([]);
  });

  it('refuses an address where nobody listens, and a name that nobody has', async () => {
    const to = await receiver();
    servers[0]?.close();
    expect(await register(deliveries(), to.url)).toEqual(failed('unreachable'));
    expect(await register(deliveries(), 'https://alici.invalid/')).toEqual(failed('unreachable'));
  });

  it('tells a receiver that does not answer in time apart', async () => {
    const to = await receiver(hang);
    const push = deliveries({ pace: { deadlineMs: 200 } });
    expect(await register(push, to.url)).toEqual([{ code: 'H191' }]);
    const silent = await listen(http.createServer(hang));
    expect(await register(push, `http://127.0.0.1:${silent}/`)).toEqual([{ code: 'H191' }]);
    const withoutHandshake = await listen(net.createServer((socket) => socket.resume()));
    expect(await register(push, `https://127.0.0.1:${withoutHandshake}/`)).toEqual([{ code: 'H191' }]);
  });

  it('does not wait for a name server longer than for a receiver', async () => {
    const { ask } = await nameServer('silent');
    const push = deliveries({ pace: { deadlineMs: 200 }, resolveName: ask });
    expect(await register(push, 'https://alici.example/')).toEqual([{ code: 'H191' }]);
  });

  it('does not follow a redirect', async () => {
    const target = await receiver();
    const to = await receiver(refuse(307, { location: target.url }));
    expect(await register(deliveries(), to.url)).toEqual(failed('unwelcome'));
    expect(target.calls).toEqual([]);
  });

  it('accepts a receiver that closes a kept connection', async () => {
    const seen = new WeakSet<object>();
    const server = http.createServer((request, response) => {
      if (seen.has(request.socket)) request.socket.destroy();
      else response.writeHead(request.headers.authorization ? 204 : 401).end();
      seen.add(request.socket);
    });
    const port = await listen(server);
    expect(await register(deliveries(), `http://127.0.0.1:${port}/`)).toBe('registered');
  });

  it('keeps all entries of a list or none', async () => {
    const push = deliveries();
    const good = await receiver();
    const bad = await receiver(refuse(500));
    const connection = [entry(good.url, 'ARAMA'), entry(bad.url, 'MESAJ'), entry(good.url, 'EPOSTA')];
    expect(await push.register(house.scope(brand), { connection })).toEqual(failed('unwelcome'));
    expect(await push.list(house.scope(brand))).toEqual([]);
    bad.state.answer = accept;
    expect(await push.register(house.scope(brand), { connection })).toBe('registered');
    expect(await push.list(house.scope(brand))).toHaveLength(3);
  });

  it('keeps two addresses of a channel at most, and does not call a third', async () => {
    const push = deliveries();
    const to = await receiver();
    expect(await register(push, `${to.url}/1`)).toBe('registered');
    expect(await register(push, `${to.url}/2`)).toBe('registered');
    const calls = to.calls.length;
    expect(await register(push, `${to.url}/3`)).toEqual(failed('full'));
    const many = Array.from({ length: 7 }, (_, i) => entry(`${to.url}/${i % 2}`, 'ARAMA'));
    expect(await push.register(house.scope(brand), { connection: many })).toEqual(failed('full'));
    expect(to.calls).toHaveLength(calls);
    expect(await register(push, `${to.url}/3`, 'ARAMA')).toBe('registered');
  });

  it('keeps two when many are registered at the same time through as many processes', async () => {
    // All tests of addresses are held until the last has come, so that all see an empty table before.
    const held: ServerResponse[] = [];
    const to = await receiver((_request, response) => {
      held.push(response);
      if (held.length === 5) for (const one of held) one.writeHead(204).end();
    });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => register(deliveries(), `${to.url}/${n}`)));
    expect(answers.filter((answer) => answer === 'registered')).toHaveLength(2);
    expect(answers.filter((answer) => Array.isArray(answer))).toEqual(new Array(3).fill(failed('full')));
    expect(await deliveries().list(house.scope(brand))).toHaveLength(2);
  });

  it('keeps an address that is long in another script', async () => {
    const push = deliveries();
    const to = await receiver();
    const letters = Array.from({ length: 1_200 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000)));
    const url = `${to.url}/${letters.join('')}`;
    expect(await register(push, url)).toBe('registered');
  });

  it('renews the credentials of the same address, however it is written', async () => {
    const push = deliveries();
    const to = await receiver();
    expect(await register(push, to.url)).toBe('registered');
    const renewed = { ...entry(to.url.replace('http:', 'HTTP:')), password: 'yeni' };
    expect(await push.register(house.scope(brand), { connection: [renewed] })).toBe('registered');
    expect(await push.list(house.scope(brand))).toHaveLength(1);
    expect((await stored()).next_try).toBe(null);
    expect(await push.unregister(house.scope(brand), entry(to.url))).toEqual(failed('unknown'));
    expect(await push.unregister(house.scope(brand), { ...entry(to.url), password: 'yeni' })).toBe('removed');
  });
});

describe('removal', () => {
  it('wants all four to fit', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    for (const other of [
      entry(`${to.url}/x`),
      entry(to.url, 'ARAMA'),
      { ...entry(to.url), username: 'baska' },
      { ...entry(to.url), password: 'baska' },
    ])
      expect(await push.unregister(house.scope(brand), other)).toEqual(failed('unknown'));
    expect(await push.unregister(house.scope(brand + 1), entry(to.url))).toEqual(failed('unknown'));
    expect(await push.unregister(house.scope(brand), entry(to.url))).toBe('removed');
    expect(await push.unregister(house.scope(brand), entry(to.url))).toEqual(failed('unknown'));
    expect(await push.list(house.scope(brand))).toEqual([]);
  });
});

describe('whose an address is', () => {
  it('gives the provider and each partner two places of a channel', async () => {
    const push = deliveries();
    const to = await receiver();
    const holders = [await partnerScope(), await partnerScope(OTHER_PARTNER), house.scope(brand)];
    const add = (scope: BrandScope, path: string) => push.register(scope, { connection: [entry(to.url + path)] });
    for (const scope of holders) {
      expect(await add(scope, '/1')).toBe('registered');
      expect(await add(scope, '/2')).toBe('registered');
      expect(await add(scope, '/3')).toEqual(failed('full'));
    }
    expect(await push.lag()).toMatchObject({ subscriptions: 6 });
  });

  it('shows a partner its own, and the provider all', async () => {
    const push = deliveries();
    const to = await receiver();
    const partner = await partnerScope();
    await register(push, `${to.url}/1`);
    await push.register(partner, { connection: [entry(`${to.url}/2`)] });
    const shown = async (scope: BrandScope) => (await push.list(scope)).map(({ url }) => url.slice(to.url.length));
    expect(await shown(house.scope(brand))).toEqual(['/1', '/2']);
    expect(await shown(partner)).toEqual(['/2']);
    expect(await shown(await partnerScope(OTHER_PARTNER))).toEqual([]);
  });

  it('renews no address of another', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    const partners = { ...entry(to.url), password: 'ortak' };
    expect(await push.register(await partnerScope(), { connection: [partners] })).toBe('registered');
    expect(await push.list(house.scope(brand))).toHaveLength(2);
    expect(await push.unregister(house.scope(brand), entry(to.url))).toBe('removed');
  });

  it('lets a partner remove its own alone', async () => {
    const push = deliveries();
    const to = await receiver();
    const [partner, other] = [await partnerScope(), await partnerScope(OTHER_PARTNER)];
    await register(push, `${to.url}/1`);
    await push.register(partner, { connection: [entry(`${to.url}/2`)] });
    for (const [scope, path] of [
      [partner, '/1'],
      [other, '/1'],
      [other, '/2'],
    ] as const)
      expect(await push.unregister(scope, entry(to.url + path))).toEqual(failed('unknown'));
    const { password: _, ...rest } = entry(`${to.url}/2`);
    expect(await push.unregister(partner, { ...rest, password: 'baska' })).toEqual(failed('unknown'));
    expect(await push.unregister(partner, entry(`${to.url}/2`))).toBe('removed');
  });

  it('lets the provider remove a partner’s without its credentials, and his own by theirs first', async () => {
    const push = deliveries();
    const to = await receiver();
    const provider = house.scope(brand);
    await register(push, to.url);
    for (const partner of [PARTNER, OTHER_PARTNER]) {
      const connection = { ...entry(to.url), username: 'ortak', password: `ortak-${partner.code}` };
      await push.register(await partnerScope(partner), { connection: [connection] });
    }
    const unknown = { ...entry(to.url), username: 'bilmiyorum', password: 'bilmiyorum' };
    expect(await push.unregister(provider, { ...unknown, url: `${to.url}/x` })).toEqual(failed('unknown'));
    expect(await push.unregister(provider, { ...unknown, type: 'ARAMA' })).toEqual(failed('unknown'));
    expect(await push.unregister(house.scope(brand + 1), unknown)).toEqual(failed('unknown'));
    expect(await push.list(provider)).toHaveLength(3);

    expect(await push.unregister(provider, entry(to.url))).toBe('removed');
    expect(await push.list(provider)).toHaveLength(2);
    expect(await push.unregister(provider, unknown)).toBe('removed');
    expect(await push.list(provider)).toEqual([]);
    expect(await push.unregister(provider, unknown)).toEqual(failed('unknown'));
  });

  it.each(['none', 'read'] as const)('serves a partner’s only while its right is more than %s', async (less) => {
    const push = deliveries();
    const [own, partners] = [await receiver(), await receiver()];
    // Another partner's right is no help.
    await partnerScope(OTHER_PARTNER);
    const partner = await partnerScope();
    await register(push, own.url);
    await push.register(partner, { connection: [entry(partners.url)] });
    push.start();
    const expected = await citizensSay(1);
    await expect.poll(() => ids(partners.list), SOON).toEqual(expected);

    await grant(less);
    expect(await push.list(partner)).toMatchObject([{ url: partners.url, status: 'parked' }]);
    for (let i = 0; i < 3; i++) {
      expected.push(...(await citizensSay(1)));
      await expect.poll(() => ids(own.list), SOON).toEqual(expected);
    }
    await expect.poll(() => push.lag(), SOON).toEqual({ subscriptions: 1, parked: 0, maxBehind: 0 });
    await push.stop();
    expect(partners.list).toHaveLength(1);

    // What happened meanwhile is part of what the right shows: a copy without it would let refused messages out.
    await grant('write');
    const again = deliveries();
    again.start();
    await expect.poll(() => ids(partners.list), SOON).toEqual(expected);
    expect(await again.list(partner)).toMatchObject([{ url: partners.url, status: 'connected' }]);
  });

  it('serves nobody who was granted another channel or another brand, and no partner without a grant', async () => {
    const push = deliveries();
    const [own, partners] = [await receiver(), await receiver()];
    await register(push, own.url);
    await push.register(await partnerScope(), { connection: [entry(partners.url)] });
    await push.register(await partnerScope(OTHER_PARTNER), { connection: [entry(`${partners.url}/2`)] });
    await house.owner.query(
      `update partner_grant set arama = 'write', mesaj = 'none', eposta = 'write' where partner_code = 900`,
    );
    await house.owner.query(`update partner_grant set brand_id = $1 where brand_id = $2 and partner_code = 901`, [
      LAST_BRAND,
      brand,
    ]);
    push.start();
    const expected = await citizensSay(2);
    await expect.poll(() => ids(own.list), SOON).toEqual(expected);
    await push.stop();
    expect(partners.list).toEqual([]);
  });

  it('makes no call where the right is taken away between the look and the call', async () => {
    let isReading = false;
    let readOn: () => void = () => undefined;
    const withoutRight = new Promise<void>((resolve) => {
      readOn = resolve;
    });
    const push = deliveries({
      registry: {
        ...house.registry,
        registryMovements: async (...which) => {
          isReading = true;
          await withoutRight;
          return await house.registry.registryMovements(...which);
        },
      },
    });
    const to = await receiver();
    await push.register(await partnerScope(), { connection: [entry(to.url)] });
    await citizensSay(1);
    push.start();
    await expect.poll(() => isReading, SOON).toBe(true);
    await grant('none');
    readOn();
    await push.stop();
    expect(to.list).toEqual([]);
    expect((await stored()).cursor_seq).toBe(0);
  });

  it('sends no further page when the right is taken away in the middle of one', async () => {
    const push = deliveries();
    const to = await receiver();
    await push.register(await partnerScope(), { connection: [entry(to.url)] });
    const held = holdMovements(to);
    push.start();
    await citizensSay(150);
    await expect.poll(() => held.length, SOON).toBe(1);
    await grant('none');
    held[0]?.writeHead(204).end();
    await expect.poll(stored, SOON).toMatchObject({ cursor_seq: 100, leased: false });
    await push.stop();
    expect(to.pages).toEqual([100]);
  });

  it('is asked of the account: without one there is no holder', async () => {
    const nobody = house.scope(brand, { actor: 99 });
    const push = deliveries();
    const to = await receiver();
    await expect(push.register(nobody, { connection: [entry(to.url)] })).rejects.toThrow('no account');
    await expect(push.unregister(nobody, entry(to.url))).rejects.toThrow('no account');
    await expect(push.list(nobody)).rejects.toThrow('no account');
    expect(to.calls).toEqual([]);
  });
});

describe('registrations of one holder for a brand', () => {
  it('take turns, and as many wait as there are places', async () => {
    const push = deliveries({ pace: { deadlineMs: 600_000 } });
    const held: ServerResponse[] = [];
    const to = await receiver((_request, response) => held.push(response));
    const first = register(push, `${to.url}/1`);
    await expect.poll(() => held.length, SOON).toBe(1);
    const waiting = [1, 2, 3, 4, 5, 6, 7].map(() => register(push, `${to.url}/2`));
    // One is too many and turned away at once; then the others have come to the queue.
    expect(await Promise.race(waiting)).toEqual(failed('busy'));
    const quick = await receiver();
    expect(await register(push, quick.url, 'MESAJ', brand + 1)).toBe('registered');
    expect(await push.register(await partnerScope(), { connection: [entry(quick.url)] })).toBe('registered');
    expect(to.calls).toHaveLength(2);

    to.state.answer = accept;
    held[0]?.writeHead(204).end();
    expect(await first).toBe('registered');
    expect((await Promise.all(waiting)).filter((answer) => answer === 'registered')).toHaveLength(6);
    expect(to.state.mostOpen).toBe(1);
    // And the queue is open again.
    expect(await register(push, `${to.url}/2`)).toBe('registered');
  });
});

describe('a name', () => {
  it('is asked from name servers, for both families', async () => {
    const server = await nameServer(['169.254.169.254', '127.0.0.1']);
    const push = deliveries({ resolveName: server.ask });
    const to = await receiver();
    expect(await register(push, `http://alici.example:${to.port}/`)).toBe('registered');
    expect(server.asked.sort()).toEqual([TYPE_A, TYPE_AAAA]);
    expect(to.calls.map(({ host }) => host)).toEqual(new Array(2).fill(`alici.example:${to.port}`));
  });

  it('that has no address is no place for push', async () => {
    const server = await nameServer([]);
    expect(await register(deliveries({ resolveName: server.ask }), 'https://alici.example/')).toEqual(
      failed('unreachable'),
    );
  });

  it('is not asked where there is none, or the only one that everybody knows', async () => {
    const server = await nameServer(['192.0.2.1']);
    const push = deliveries({ resolveName: server.ask });
    const to = await receiver();
    expect(await register(push, to.url)).toBe('registered');
    expect(await register(push, `http://localhost:${to.port}/`)).toBe('registered');
    expect(server.asked).toEqual([]);
  });

  it('that no server answers for is given up with the call, and holds up no other look-up', async () => {
    const server = await nameServer('silent');
    const given = new AbortController();
    const names = Array.from({ length: 6 }, (_, i) => `alici${i}.example`);
    let ended = 0;
    const asks = names.map((name) => server.ask(name, given.signal).finally(() => (ended += 1)));
    const outcome = Promise.allSettled(asks);
    await expect.poll(() => server.asked.length, SOON).toBeGreaterThanOrEqual(12);
    await lookup('localhost');
    expect(ended).toBe(0);
    given.abort();
    expect((await outcome).map(({ status }) => status)).toEqual(new Array(6).fill('rejected'));
  });

  it('is not asked for again after the call was given up', async () => {
    const server = await nameServer('silent');
    const given = new AbortController();
    server.onQuestion = () => {
      if (server.asked.length === 2) given.abort();
    };
    await expect(server.ask('alici.example', given.signal)).rejects.toThrow();
    // Whoever had not given up would have asked the silent server a second time by now.
    expect(server.asked.sort()).toEqual([TYPE_A, TYPE_AAAA]);
  });
});

describe('where push may go', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['127.0.0.1', 'private'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['::1', 'private'],
    ['fd12::1', 'private'],
    ['0.0.0.0', 'never'],
    ['169.254.169.254', 'never'],
    ['168.63.129.16', 'never'],
    ['100.100.100.200', 'never'],
    ['fd00:ec2::254', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['192.0.2.1', 'never'],
    ['198.18.0.1', 'never'],
    ['240.0.0.1', 'never'],
    ['::', 'never'],
    ['fe80::1', 'never'],
    ['ff02::1', 'never'],
    ['::ffff:127.0.0.1', 'never'],
    ['::ffff:8.8.8.8', 'never'],
    ['::127.0.0.1', 'never'],
    ['64:ff9b::7f00:1', 'never'],
    ['64:ff9b:1::7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['2001:0:7f00:1::', 'never'],
    ['2001:db8::1', 'never'],
    ['fec0::1', 'never'],
    ['4000::1', 'never'],
  ])('judges %s as %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });

  it('does not connect to private addresses unless allowed, in whatever spelling or by name', async () => {
    const server = http.createServer();
    let connections = 0;
    server.on('connection', () => {
      connections += 1;
    });
    const port = await listen(server);
    const push = deliveries({ allowPrivate: false });
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0.0.0.0', '[::ffff:127.0.0.1]', '[::1]'])
      expect(await register(push, `https://${host}:${port}/`)).toEqual(failed('unreachable'));
    expect(connections).toBe(0);
    // The same server is reached where it is allowed: the zero above says something.
    expect(await register(deliveries(), `https://localhost:${port}/`)).toEqual(failed('unreachable'));
    expect(connections).toBe(1);
  });

  it('does not send plain http to public addresses', async () => {
    expect(await register(deliveries(), 'http://8.8.8.8/')).toEqual([{ code: 'H531' }]);
    const push = deliveries({ resolveName: async () => ['8.8.8.8'] });
    expect(await register(push, 'http://alici.example/')).toEqual([{ code: 'H531' }]);
  });

  it('connects to the address that was judged, asking for the name once', async () => {
    const to = await receiver();
    const asked: string[] = [];
    const push = deliveries({
      resolveName: async (host) => {
        asked.push(host);
        return asked.length === 1 ? ['169.254.169.254', '127.0.0.1'] : ['169.254.169.254'];
      },
    });
    // A name that no name server knows: whoever asked again would get nowhere.
    expect(await register(push, `http://alici.invalid:${to.port}/`)).toBe('registered');
    expect(asked).toEqual(['alici.invalid']);
    expect(to.calls.map(({ host }) => host)).toEqual(new Array(2).fill(`alici.invalid:${to.port}`));
    expect(await register(push, `http://alici.invalid:${to.port}/`)).toEqual(failed('unreachable'));
    expect(to.calls).toHaveLength(2);
  });

  it.skipIf(WITHOUT_OPENSSL)('wants a certificate that verifies, also on private addresses', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'push-tls-'));
    try {
      const made = spawnSync('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
        ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
      ]);
      expect(made.status).toBe(0);
      const cert = readFileSync(join(folder, 'cert.pem'), 'utf8');
      const server = https.createServer({ cert, key: readFileSync(join(folder, 'key.pem')) }, (request, response) => {
        response.writeHead(request.headers.authorization ? 204 : 401).end();
      });
      const port = await listen(server);
      const push = deliveries();
      expect(await register(push, `https://localhost:${port}/`)).toEqual(failed('unreachable'));
      const before = tls.getCACertificates('default');
      tls.setDefaultCACertificates([...before, cert]);
      try {
        expect(await register(push, `https://localhost:${port}/`)).toBe('registered');
        // The certificate is the name's, not the address's.
        expect(await register(push, `https://127.0.0.1:${port}/`)).toEqual(failed('unreachable'));
      } finally {
        tls.setDefaultCACertificates(before);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('delivery', () => {
  it('sends the registry’s movements of the channel, in the form of the wire', async () => {
    await citizensSay(3);
    const push = deliveries();
    push.start();
    const to = await receiver();
    await register(push, to.url, 'EPOSTA');
    const address = newAddress('EPOSTA');
    const told = statement('EPOSTA', { address, source: SOURCE_NUMBERS.IYS_EPOSTA });
    const undated = statement('EPOSTA', {
      kind: kindOf(2, 1),
      consentedAt: null,
      source: SOURCE_NUMBERS.IYS_AHS_HAT_KAPATMA,
    });
    await record([
      statement('EPOSTA', { source: SOURCE_NUMBERS.HS_WEB }),
      statement('MESAJ'),
      told,
      { ...told, status: RET, consentedAt: (told.consentedAt as number) + 5 },
      undated,
    ]);
    await expect.poll(() => to.list.length, SOON).toBe(3);
    expect(to.list[1]).toEqual({
      iysCode: 1,
      brandCode: brand,
      consentDate: formatTime((told.consentedAt as number) + 5),
      creationDate: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      source: 'IYS_EPOSTA',
      recipient: address,
      recipientType: 'BIREYSEL',
      status: 'RET',
      type: 'EPOSTA',
      transactionId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(to.list[0]).toMatchObject({ recipient: address, status: 'ONAY' });
    expect(to.list[2]).toMatchObject({ recipient: undated.address, recipientType: 'TACIR' });
    expect(to.list[2]).not.toHaveProperty('consentDate');
  });

  it('sends everything once and in order, in pages, while more is recorded', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    const expected = await citizensSay(450);
    push.start();
    for (let i = 0; i < 30; i++) expected.push(...(await citizensSay(i % 3)));
    await expect.poll(() => to.list.length, SOON).toBe(expected.length);
    expect(ids(to.list)).toEqual(expected);
    expect(Math.max(...to.pages)).toBe(100);
    expect(to.state.mostOpen).toBe(1);
  });

  it('goes on after a backlog that is longer than one turn', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    const expected: string[] = [];
    for (let i = 0; i < 6; i++) expected.push(...(await citizensSay(1_000)));
    push.start();
    await expect.poll(() => to.list.length, SOON).toBe(6_000);
    expect(ids(to.list)).toEqual(expected);
  });

  it('lets two processes share the work without a repetition', async () => {
    const database = openDatabase({ url: house.url, role: APP_ROLE, connectionsMax: 4 });
    try {
      const otherRegistry = openRegistry({ database, clock: house.clock, keys: new AddressKeys(TEST_SECRET) });
      const one = deliveries();
      const other = deliveries({ database, registry: otherRegistry });
      const to = await receiver();
      await register(one, to.url);
      one.start();
      other.start();
      const expected: string[] = [];
      for (let i = 0; i < 40; i++)
        expected.push(...(await citizensSay(5, 'MESAJ', brand, i % 2 === 0 ? house.registry : otherRegistry)));
      await expect.poll(() => to.list.length, SOON).toBe(expected.length);
      expect(ids(to.list)).toEqual(expected);
      expect(to.state.mostOpen).toBe(1);
      await Promise.all([one.stop(), other.stop()]);
    } finally {
      await database.close();
    }
  });

  it('leaves an address to the process that took it first', async () => {
    // The late one sees the address as free, and reads its page only when the other is calling already.
    let isReading = false;
    let readOn: () => void = () => undefined;
    const otherHasCalled = new Promise<void>((resolve) => {
      readOn = resolve;
    });
    const late = deliveries({
      registry: {
        ...house.registry,
        registryMovements: async (...which) => {
          isReading = true;
          await otherHasCalled;
          return await house.registry.registryMovements(...which);
        },
      },
    });
    const first = deliveries();
    const to = await receiver();
    await register(first, to.url);
    to.state.answer = hang;
    const expected = await citizensSay(1);
    late.start();
    await expect.poll(() => isReading, SOON).toBe(true);
    first.start();
    await expect.poll(() => to.list.length, SOON).toBe(1);
    readOn();
    await late.stop();
    expect(ids(to.list)).toEqual(expected);
  });

  it('begins no second call where an address is registered again in the middle of one', async () => {
    const pace = { deadlineMs: 60_000 };
    let looks = 0;
    const other = deliveries({
      pace,
      database: {
        ...house.database,
        rows: async <R extends Row>(...[query, values]: Parameters<typeof house.database.rows>) => {
          const rows = await house.database.rows<R>(query, values);
          if (query === sql.BEHIND) looks += 1;
          return rows;
        },
      },
    });
    const calling = deliveries({ pace });
    const to = await receiver();
    await register(calling, to.url);
    const expected = await citizensSay(150);
    const held = holdMovements(to);
    calling.start();
    await expect.poll(() => held.length, SOON).toBe(1);
    expect(await register(other, to.url)).toBe('registered');
    other.start();
    // At the second look everything that the first one found is on its way; the end waits for it.
    await expect.poll(() => looks, SOON).toBeGreaterThan(1);
    await other.stop();
    expect(to.pages).toEqual([100]);
    to.state.answer = accept;
    held[0]?.writeHead(204).end();
    await expect.poll(() => ids(to.list), SOON).toEqual(expected);
    await calling.stop();
    expect(await stored()).toMatchObject({ cursor_seq: 150, leased: false });
    expect(to.pages).toEqual([100, 50]);
  });

  it('finds what another process recorded', async () => {
    const other = openRegistry({
      database: house.database,
      clock: house.clock,
      keys: new AddressKeys(TEST_SECRET),
    });
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    push.start();
    const expected = await citizensSay(2, 'MESAJ', brand, other);
    await expect.poll(() => ids(to.list), SOON).toEqual(expected);
  });

  it('says how far behind it is, counting what is not for the address as done', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    await record([statement('ARAMA'), statement('MESAJ', { source: SOURCE_NUMBERS.HS_WEB })]);
    expect(await push.lag()).toEqual({ subscriptions: 1, parked: 0, maxBehind: 2 });
    push.start();
    await expect.poll(() => push.lag(), SOON).toEqual({ subscriptions: 1, parked: 0, maxBehind: 0 });
    expect(to.list).toEqual([]);
  });

  it('counts as done also what a faster clock than its own has dated', async () => {
    const push = deliveries({ clock: movableClock(-3_600) });
    const to = await receiver();
    await register(push, to.url);
    await record([statement('ARAMA')]);
    push.start();
    await expect.poll(async () => (await push.lag()).maxBehind, SOON).toBe(0);
  });

  it('reads no more of an answer than it must', async () => {
    // The deadline is no help here: the bound alone ends the reading.
    const push = deliveries({ pace: { deadlineMs: 600_000 } });
    const to = await receiver();
    await register(push, to.url);
    let cut = 0;
    to.state.answer = (_request, response) => {
      response.writeHead(200);
      response.on('close', () => {
        cut += 1;
      });
      const endless = (): void => {
        if (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) setImmediate(endless);
      };
      response.on('drain', endless);
      endless();
    };
    push.start();
    const expected = await citizensSay(150);
    await expect.poll(() => ids(to.list), SOON).toEqual(expected);
    await expect.poll(() => cut, SOON).toBe(2);
    expect((await stored()).attempts).toBe(0);
  });

  it('does not wait for one receiver to serve another', async () => {
    const push = deliveries({ pace: { deadlineMs: 60_000 } });
    const brands = Array.from({ length: 30 }, (_, i) => LAST_BRAND - i);
    const stuck = await receiver();
    for (const one of brands.slice(1)) await register(push, stuck.url, 'MESAJ', one);
    stuck.state.answer = hang;
    const good = await receiver();
    await register(push, good.url, 'MESAJ', brands[0]);
    push.start();
    for (const one of brands.slice(1)) await citizensSay(1, 'MESAJ', one);
    await expect.poll(() => stuck.list.length, SOON).toBe(29);
    const expected = await citizensSay(1, 'MESAJ', brands[0]);
    await expect.poll(() => ids(good.list), SOON).toEqual(expected);
    expect(stuck.state.open).toBe(29);
    expect(stuck.list).toHaveLength(29);
  });
});

describe('failing receivers', () => {
  it('are tried again after growing pauses, and get everything from where they stood', async () => {
    const push = deliveries({ pace: { pausesSeconds: [100, 300] } });
    const to = await receiver();
    await register(push, to.url);
    to.state.answer = refuse(503);
    push.start();
    const [first] = await citizensSay(1);
    for (const [attempts, pause] of [
      [1, 100],
      [2, 300],
      [3, 300],
    ] as const) {
      await expect.poll(async () => (await stored()).attempts, SOON).toBe(attempts);
      const { next_try, failing, cursor_seq } = await stored();
      expect(Math.abs((next_try as number) - house.clock.now() - pause)).toBeLessThan(90);
      expect({ failing, cursor_seq }).toEqual({ failing: true, cursor_seq: 0 });
      expect(to.pages).toHaveLength(attempts);
      // A commit does not shorten the pause: the look that it causes leaves the address alone.
      await citizensSay(1);
      if (attempts < 3) house.clock.move(pause);
    }
    to.state.answer = accept;
    house.clock.move(300);
    await expect.poll(async () => (await stored()).attempts, SOON).toBe(0);
    // Each page begins where the first did, and none came in between.
    expect(to.pages).toEqual([1, 2, 3, 4]);
    expect([0, 1, 3, 6].map((at) => ids(to.list)[at])).toEqual(new Array(4).fill(first));
    expect(await stored()).toMatchObject({ failing: false, next_try: null, cursor_seq: 4 });
  });

  it('do not lead elsewhere by a redirect', async () => {
    const push = deliveries();
    const target = await receiver();
    const to = await receiver();
    await register(push, to.url);
    to.state.answer = refuse(302, { location: target.url });
    push.start();
    await citizensSay(1);
    await expect.poll(async () => (await stored()).attempts, SOON).toBeGreaterThan(0);
    expect(target.calls).toEqual([]);
  });

  it('are not called where their name leads to a forbidden address by now', async () => {
    let answer = '127.0.0.1';
    const push = deliveries({ resolveName: async () => [answer] });
    const to = await receiver();
    await register(push, `http://alici.invalid:${to.port}/`);
    answer = '169.254.169.254';
    push.start();
    await citizensSay(1);
    await expect.poll(async () => (await stored()).attempts, SOON).toBeGreaterThan(0);
    expect(to.list).toEqual([]);
  });

  it('fail where their name server does not answer, and wait for the repeat alone', async () => {
    const good = await nameServer(['127.0.0.1']);
    const silent = await nameServer('silent');
    let asked = good;
    const push = deliveries({
      pace: { deadlineMs: 200, pausesSeconds: [1_000] },
      resolveName: (...which) => asked.ask(...which),
    });
    const to = await receiver();
    await register(push, `http://alici.invalid:${to.port}/`);
    asked = silent;
    push.start();
    const expected = await citizensSay(1);
    await expect.poll(async () => (await stored()).attempts, SOON).toBe(1);
    expect((await stored()).next_try).toBeGreaterThan(house.clock.now() + 500);
    expect(to.list).toEqual([]);
    asked = good;
    house.clock.move(1_000);
    await expect.poll(() => ids(to.list), SOON).toEqual(expected);
  });

  it('are served again at once when they are registered again', async () => {
    // Neither the pause nor a lease ends while this test runs.
    const push = deliveries({ pace: { deadlineMs: 1_000_000, pausesSeconds: [100_000] } });
    const to = await receiver();
    await register(push, to.url);
    to.state.answer = refuse(503);
    push.start();
    const expected = await citizensSay(1);
    await expect.poll(async () => (await stored()).failing, SOON).toBe(true);
    to.state.answer = accept;
    expect(await register(push, to.url)).toBe('registered');
    await expect.poll(() => ids(to.list), SOON).toEqual([...expected, ...expected]);
  });

  it('are not blamed for credentials that were renewed in the middle of a call', async () => {
    const push = deliveries({ pace: { deadlineMs: 60_000, pausesSeconds: [100_000] } });
    const to = await receiver();
    await register(push, to.url);
    const held = holdMovements(to);
    push.start();
    const expected = await citizensSay(1);
    await expect.poll(() => held.length, SOON).toBe(1);
    const renewed = { ...entry(to.url), password: 'yeni' };
    expect(await push.register(house.scope(brand), { connection: [renewed] })).toBe('registered');
    to.state.answer = accept;
    held[0]?.writeHead(403).end();
    await expect.poll(() => ids(to.list), SOON).toEqual([...expected, ...expected]);
    expect(to.calls.at(-1)?.authorization).toBe(`Basic ${Buffer.from('kullanici:yeni').toString('base64')}`);
    await expect.poll(stored, SOON).toMatchObject({ attempts: 0, failing: false, leased: false, cursor_seq: 1 });
  });

  it('are parked after a day, shown so, and served from their cursor once registered again', async () => {
    const push = deliveries({ pace: { pausesSeconds: [60] } });
    const to = await receiver();
    await register(push, to.url);
    to.state.answer = refuse(500);
    push.start();
    const expected = await citizensSay(2);
    await expect.poll(async () => (await stored()).attempts, SOON).toBe(1);
    house.clock.move(86_000);
    await expect.poll(async () => (await stored()).attempts, SOON).toBe(2);
    expect((await stored()).status).toBe('connected');
    house.clock.move(401);
    await expect.poll(async () => (await stored()).status, SOON).toBe('parked');
    const parkedAt = house.clock.now();
    const [shown] = await push.list(house.scope(brand));
    expect(shown).toMatchObject({ url: to.url, status: 'parked' });
    expect(Math.abs((shown?.statusAt as number) - parkedAt)).toBeLessThan(120);
    expect(await push.lag()).toEqual({ subscriptions: 1, parked: 1, maxBehind: 0 });

    // Left alone, whatever is recorded and however long.
    const calls = to.calls.length;
    house.clock.move(90_000);
    expected.push(...(await citizensSay(1)));
    const witness = await receiver();
    await register(push, witness.url, 'MESAJ', brand + 1);
    const seen = await citizensSay(1, 'MESAJ', brand + 1);
    await expect.poll(() => ids(witness.list), SOON).toEqual(seen);
    expect(to.calls).toHaveLength(calls);

    to.list.length = 0;
    to.state.answer = accept;
    expect(await register(push, to.url)).toBe('registered');
    await expect.poll(() => ids(to.list), SOON).toEqual(expected);
    expect((await push.list(house.scope(brand)))[0]).toMatchObject({ status: 'connected' });
  });

  it('pause as well where the fault is our own', async () => {
    const push = deliveries({ pace: { pausesSeconds: [1_000] } });
    const to = await receiver();
    await register(push, to.url);
    await house.owner.query(`update push_address set password = '\\x00'`);
    push.start();
    await citizensSay(1);
    await expect.poll(async () => (await stored()).attempts, SOON).toBe(1);
    expect((await stored()).next_try).toBeGreaterThan(house.clock.now() + 500);
    expect(to.list).toEqual([]);
  });
});

describe('an end in the middle of a page', () => {
  it('repeats a page whose arrival was not written down, and nothing else', async () => {
    const database = openDatabase({ url: house.url, role: APP_ROLE, connectionsMax: 4 });
    const dying = deliveries({
      database,
      registry: openRegistry({ database, clock: house.clock, keys: new AddressKeys(TEST_SECRET) }),
    });
    const to = await receiver();
    await register(dying, to.url);
    const expected = await citizensSay(250);
    // The second page arrives, but its sender has lost his database before he hears so.
    to.state.answer = async (request, response) => {
      if (to.pages.length === 2) await database.close();
      accept(request, response);
    };
    dying.start();
    await expect.poll(() => to.pages, SOON).toEqual([100, 100]);
    to.state.answer = accept;
    await dying.stop();
    expect((await stored()).cursor_seq).toBe(100);

    deliveries().start();
    house.clock.move(60);
    await expect.poll(() => to.pages, SOON).toEqual([100, 100, 100, 50]);
    expect(ids(to.list)).toEqual([...expected.slice(0, 200), ...expected.slice(100)]);
  });

  it('cuts a call that does not end, is no failure of the receiver, and goes on at the next start at once', async () => {
    const ending = deliveries({ pace: { deadlineMs: 60_000 } });
    const to = await receiver();
    await register(ending, to.url);
    to.state.answer = hang;
    ending.start();
    const expected = await citizensSay(1);
    await expect.poll(() => to.list.length, SOON).toBe(1);
    await ending.stop();
    expect(await stored()).toMatchObject({ attempts: 0, failing: false, leased: false, cursor_seq: 0 });
    to.state.answer = accept;
    deliveries().start();
    await expect.poll(() => ids(to.list), SOON).toEqual([...expected, ...expected]);
  });

  it('sends no further page to an address that was removed meanwhile', async () => {
    const push = deliveries();
    const to = await receiver();
    await register(push, to.url);
    let release: (() => void) | undefined;
    to.state.answer = (request, response) => {
      release = () => accept(request, response);
    };
    push.start();
    await citizensSay(150);
    await expect.poll(() => release, SOON).toBeDefined();
    expect(await push.unregister(house.scope(brand), entry(to.url))).toBe('removed');
    release?.();
    const witness = await receiver();
    await register(push, witness.url, 'MESAJ', brand + 1);
    const seen = await citizensSay(1, 'MESAJ', brand + 1);
    await expect.poll(() => ids(witness.list), SOON).toEqual(seen);
    await push.stop();
    expect(to.pages).toEqual([100]);
  });
});

it('logs no address, no password and no receiver', () => {
  expect(logged.length).toBeGreaterThan(0);
  for (const line of logged) expect(line).not.toMatch(/http:|https:|127\.0\.0\.1|gizli|kullanici|\+90|@ornek/);
});
