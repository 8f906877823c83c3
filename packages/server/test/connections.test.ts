// How an organisation looks after its connections, over real HTTP and a real PostgreSQL: API users with their passwords,
// networks and ends, push addresses against a real receiver, and what the registry holds of the organisation.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatTime, kindOf, ONAY, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TRIALS_PER_HOUR } from '../src/doors/portal/connections.ts';
import type { Portal } from '../src/doors/portal/contract.ts';
import { API_USERS_MOST } from '../src/rooms/access/api-users.ts';
import { LastUses } from '../src/rooms/access/last-uses.ts';
import { admits, networksOf, readNetwork } from '../src/rooms/access/networks.ts';
import { hashOfNobody, hashPassword, matchingHash, verifyPassword } from '../src/rooms/access/passwords.ts';
import { openUpkeep } from '../src/rooms/access/upkeep.ts';
import { WAITING_COUNTED } from '../src/rooms/deliveries/index.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { newPerson } from './support/people.ts';
import { BANK, type CallAnswer, PARTNER, RETAIL, type TestServer, testServer } from './support/server.ts';

const ORGANISATION = { organisation: RETAIL.code };
const DAY = 86_400;
type ApiUser = Portal['GET /organisations/:organisation/api-users']['answer']['users'][number];

let server: TestServer;
let made = 0;

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  await enter(server, 'owner');
});
afterAll(() => server.close());

/** A second factor given just now, whatever the clock did meanwhile. */
const owner = (): Promise<DeskCaller> => enter(server, 'owner');

async function newUser(networks: string[] = [], caller?: DeskCaller) {
  made += 1;
  const who = caller ?? (await owner());
  const answer = await who.call('POST /organisations/:organisation/api-users', {
    params: ORGANISATION,
    body: { email: `program${made}@ornek-perakende.example`, name: `Program ${made}`, networks },
  });
  expect(answer.status).toBe(200);
  return { ...answer.body, params: { ...ORGANISATION, accountId: answer.body.accountId } };
}
type NewUser = Awaited<ReturnType<typeof newUser>>;

async function users(caller?: DeskCaller): Promise<ApiUser[]> {
  const who = caller ?? (await owner());
  return (await who.call('GET /organisations/:organisation/api-users', { params: ORGANISATION })).body.users;
}
async function userOf({ accountId }: NewUser): Promise<ApiUser | undefined> {
  return (await users()).find((user) => user.accountId === accountId);
}

async function renew({ params }: NewUser, overlapHours: number): Promise<{ password: string; until: number | null }> {
  const answer = await (await owner()).call('POST /organisations/:organisation/api-users/:accountId/passwords', {
    params,
    body: { overlapHours },
  });
  expect(answer.status).toBe(200);
  return { password: answer.body.password, until: answer.body.replacedUntil };
}

function logIn({ email }: { readonly email: string }, password: string): Promise<CallAnswer> {
  return server.call('POST', '/oauth2/token', { body: { grant_type: 'password', username: email, password } });
}
interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
async function tokensOf(user: { readonly email: string }, password: string): Promise<Tokens> {
  const answer = await logIn(user, password);
  expect(answer.status).toBe(200);
  return answer.body as Tokens;
}
function refreshed({ refresh_token }: Tokens): Promise<CallAnswer> {
  return server.call('POST', '/oauth2/token', { body: { grant_type: 'refresh_token', refresh_token } });
}
async function statusWith({ access_token }: Tokens): Promise<number> {
  return (await server.call('GET', '/sps/600100/brands', { token: access_token })).status;
}
/** Lets what is kept for a second be loaded anew. */
const aSecond = (): void => server.clock.move(1);

describe('API users', () => {
  it('are made with a password that is told once, and call the official API with it', async () => {
    const who = await owner();
    const user = await newUser([], who);
    expect(user.password).toMatch(/^[\w-]{24}$/);
    expect(await statusWith(await tokensOf(user, user.password))).toBe(200);
    const list = await who.call('GET /organisations/:organisation/api-users', { params: ORGANISATION });
    expect(JSON.stringify(list.body)).not.toContain(user.password);
    expect(list.body.users.find(({ email }) => email === user.email)).toMatchObject({
      name: `Program ${made}`,
      enabled: true,
      networks: [],
      replacedUntil: null,
    });
    const { rows } = await server.owner.query('select * from account where account_id = $1', [user.accountId]);
    expect(JSON.stringify(rows)).not.toContain(user.password);
  });

  it('have a user name of their own, in the form of an e-mail', async () => {
    const who = await owner();
    const create = (email: string) =>
      who.call('POST /organisations/:organisation/api-users', {
        params: ORGANISATION,
        body: { email, name: 'CRM', networks: [] },
      });
    const before = await users();
    expect((await create('çağrı merkezi')).problem).toMatchObject({ status: 422, code: 'api_user.email' });
    // Also one of another organisation, in any case of letters.
    const taken = await create(BANK.email.toUpperCase());
    expect(taken.problem).toMatchObject({ status: 409, code: 'api_user.email_taken', fields: [{ field: 'email' }] });
    expect(await users()).toHaveLength(before.length);
  });

  it('are seen and changed by the owner of their own organisation alone', async () => {
    const user = await newUser();
    const tokens = await tokensOf(user, user.password);
    for (const account of ['manager', 'clerk', 'evidence', 'viewer', 'retailer']) {
      const caller = await enter(server, account);
      const list = await caller.call('GET /organisations/:organisation/api-users', { params: ORGANISATION });
      expect(list.problem.code, account).toBe('desk.ability');
      const ended = await caller.call('DELETE /organisations/:organisation/api-users/:accountId', {
        params: user.params,
      });
      expect(ended.problem.code, account).toBe('desk.ability');
    }
    const partner = await enter(server, 'partner');
    const theirs = { organisation: PARTNER.code, accountId: user.accountId };
    for (const answer of [
      await partner.call('DELETE /organisations/:organisation/api-users/:accountId', { params: theirs }),
      await partner.call('POST /organisations/:organisation/api-users/:accountId/passwords', {
        params: theirs,
        body: { overlapHours: 0 },
      }),
      await partner.call('PUT /organisations/:organisation/api-users/:accountId/networks', {
        params: theirs,
        body: { networks: ['10.0.0.0/8'], seen: [] },
      }),
    ])
      expect(answer.problem.code).toBe('thing.unknown');
    const list = await partner.call('GET /organisations/:organisation/api-users', {
      params: { organisation: PARTNER.code },
    });
    expect(list.body.users.map(({ email }) => email)).toEqual([PARTNER.email]);
    expect(await statusWith(tokens)).toBe(200);
  });

  it('are changed by who has just given his second factor, and by nobody else', async () => {
    const person = await newPerson(server, { seat: { role: 'owner', brands: null } });
    const user = await newUser([], person);
    server.clock.move(601);
    const stale = await person.call('DELETE /organisations/:organisation/api-users/:accountId', {
      params: user.params,
    });
    expect(stale.problem).toMatchObject({ status: 403, code: 'session.step_up' });
    expect(await users(person)).toContainEqual(expect.objectContaining({ accountId: user.accountId, enabled: true }));
    await person.call('POST /session/second-factor', { body: { code: person.code() } });
    const ended = await person.call('DELETE /organisations/:organisation/api-users/:accountId', {
      params: user.params,
    });
    expect(ended.body).toEqual({ done: true });
  });

  it(`are ${API_USERS_MOST} at most, also when two are made at once`, async () => {
    const who = await owner();
    const bank = { organisation: BANK.code };
    const person = await newPerson(server, { seat: { role: 'owner', brands: null, code: BANK.code } });
    await server.owner.query(
      `insert into account (email, password_hash, role, provider_code)
       select 'dolgu' || n || '@banka.example', '-', 'API_USER', $1 from generate_series(3, $2::int) n`,
      [BANK.code, API_USERS_MOST],
    );
    const create = (n: number) =>
      person.call('POST /organisations/:organisation/api-users', {
        params: bank,
        body: { email: `son${n}@banka.example`, name: 'Son', networks: [] },
      });
    const answers = await Promise.all([create(1), create(2)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.problem.code).toBe('api_user.too_many');
    // Another organisation's number is its own.
    await newUser([], who);
  });
});

describe('a password that is replaced', () => {
  it('stays good beside the new one for the time that was chosen, and ends by itself', async () => {
    const user = await newUser();
    const before = await tokensOf(user, user.password);
    const next = await renew(user, 48);
    expect(next.until).toBeCloseTo(server.clock.now() + 2 * DAY, -1);
    expect((await userOf(user))?.replacedUntil).toBe(next.until);
    expect((await logIn(user, 'neither-of-the-two')).status).toBe(400);
    // Two days later but for a minute: by way of the sessions that the old one opened, and by the old one.
    let refreshing = before;
    for (let hours = 0; hours < 45; hours += 3) {
      server.clock.move(3 * 3_600);
      const answer = await refreshed(refreshing);
      expect(answer.status).toBe(200);
      refreshing = answer.body as Tokens;
    }
    server.clock.setTo((next.until ?? 0) - 60);
    const [byOld, byNew] = [await tokensOf(user, user.password), await tokensOf(user, next.password)];
    expect([await statusWith(byOld), await statusWith(byNew)]).toEqual([200, 200]);

    server.clock.move(61);
    expect((await logIn(user, user.password)).status).toBe(400);
    expect((await refreshed(byOld)).status).toBe(400);
    expect((await refreshed(refreshing)).status).toBe(400);
    expect(await statusWith(byOld)).toBe(401);
    expect(await statusWith(byNew)).toBe(200);
    expect((await refreshed(byNew)).status).toBe(200);
    expect((await userOf(user))?.replacedUntil).toBeNull();
  });

  it('ends at once where no overlap was wanted, with its sessions', async () => {
    const user = await newUser();
    const before = await tokensOf(user, user.password);
    expect(await statusWith(before)).toBe(200);
    const next = await renew(user, 0);
    expect(next.until).toBeNull();
    expect(await statusWith(before)).toBe(401);
    expect((await refreshed(before)).status).toBe(400);
    expect((await logIn(user, user.password)).status).toBe(400);
    await tokensOf(user, next.password);
  });

  it('overlaps seven days at most', async () => {
    const user = await newUser();
    const who = await owner();
    const asked = (overlapHours: number) =>
      who.call('POST /organisations/:organisation/api-users/:accountId/passwords', {
        params: user.params,
        body: { overlapHours },
      });
    expect((await asked(7 * 24 + 1)).problem.code).toBe('request.form');
    expect((await asked(7 * 24)).body.replacedUntil).toBeCloseTo(server.clock.now() + 7 * DAY, -1);
    // Replacing again and again does not carry the first one further.
    server.clock.move(3 * DAY);
    const again = await renew(user, 7 * 24);
    expect(again.until).toBeCloseTo(server.clock.now() + 4 * DAY, -1);
  });

  it('is what stays when the newest is replaced within the overlap', async () => {
    const user = await newUser();
    const old = await tokensOf(user, user.password);
    const lost = await renew(user, 24);
    const byLost = await tokensOf(user, lost.password);
    const next = await renew(user, 24);
    aSecond();
    expect(await statusWith(byLost)).toBe(401);
    expect((await refreshed(byLost)).status).toBe(400);
    expect((await logIn(user, lost.password)).status).toBe(400);
    expect(await statusWith(old)).toBe(200);
    await tokensOf(user, user.password);
    await tokensOf(user, next.password);
  });

  it('can be ended before its time, without touching the new one', async () => {
    const user = await newUser();
    const old = await tokensOf(user, user.password);
    const next = await renew(user, 24);
    const byNew = await tokensOf(user, next.password);
    const answer = await (await owner()).call(
      'DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced',
      { params: user.params },
    );
    expect(answer.body).toEqual({ done: true });
    expect(await statusWith(old)).toBe(401);
    expect((await logIn(user, user.password)).status).toBe(400);
    expect(await statusWith(byNew)).toBe(200);
    expect((await refreshed(byNew)).status).toBe(200);
  });

  it('ends too when an operator sets another one', async () => {
    const user = await newUser();
    const next = await renew(user, 24);
    const tokens = await tokensOf(user, next.password);
    await openUpkeep(server).setPassword(user.email, 'a password of the operator');
    aSecond();
    expect(await statusWith(tokens)).toBe(401);
    for (const password of [user.password, next.password]) expect((await logIn(user, password)).status).toBe(400);
    await tokensOf(user, 'a password of the operator');
    expect(await userOf(user)).toMatchObject({ enabled: true, replacedUntil: null });
  });

  it('opens no session any more when it is replaced in the middle of a log-in', async () => {
    const user = await newUser();
    // Somebody replaces the password: he holds the account, the log-in has verified it and waits for him.
    const replacing = new pg.Client({ connectionString: server.databaseUrl });
    await replacing.connect();
    onTestFinished(() => replacing.end());
    await replacing.query('begin');
    await replacing.query('select from account where account_id = $1 for no key update', [user.accountId]);
    const entering = logIn(user, user.password);
    const waits = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into token_family%'`;
    await expect.poll(async () => (await server.owner.query(waits)).rowCount, { timeout: 60_000 }).toBe(1);
    await replacing.query('update account set password_hash = $2 where account_id = $1', [
      user.accountId,
      await hashPassword('another-password'),
    ]);
    await replacing.query('commit');
    expect((await entering).status).toBe(400);
    const { rows } = await server.owner.query('select from token_family where account_id = $1', [user.accountId]);
    expect(rows).toEqual([]);
  });

  it('is told from others by one computation, whichever of the two it is', async () => {
    const old = await hashPassword('the old one');
    const present = await hashPassword('the new one', old);
    expect(present.split('$')[4]).toBe(old.split('$')[4]);
    expect(present).not.toBe(old);
    expect(await matchingHash([present, old], 'the new one')).toBe(0);
    expect(await matchingHash([present, old], 'the old one')).toBe(1);
    expect(await matchingHash([present, old], 'neither')).toBe(-1);
    expect(await matchingHash([present, undefined], 'the new one')).toBe(0);
    expect(await matchingHash([present, undefined], 'the old one')).toBe(-1);
    expect(await matchingHash([hashOfNobody(), undefined], '')).toBe(-1);
    expect(await matchingHash(['damaged', old], 'the old one')).toBe(-1);
    expect(await verifyPassword(present, 'the new one')).toBe(true);
  });
});

describe('an API user that is ended', () => {
  it('is out at once, with all sessions, and looks like one that never was', async () => {
    const user = await newUser();
    await renew(user, 24);
    const tokens = await tokensOf(user, user.password);
    expect(await statusWith(tokens)).toBe(200);
    const who = await owner();
    const end = () => who.call('DELETE /organisations/:organisation/api-users/:accountId', { params: user.params });
    expect((await end()).body).toEqual({ done: true });
    expect(await statusWith(tokens)).toBe(401);
    expect((await refreshed(tokens)).status).toBe(400);
    const refused = await logIn(user, user.password);
    const nobody = await logIn({ email: 'nobody@ornek-perakende.example' }, user.password);
    expect([refused.status, refused.text]).toEqual([nobody.status, nobody.text]);
    expect(await userOf(user)).toMatchObject({ enabled: false, replacedUntil: null });
    // A repeated end changes nothing; a new password brings nobody back.
    expect((await end()).body).toEqual({ done: true });
    const renewed = await who.call('POST /organisations/:organisation/api-users/:accountId/passwords', {
      params: user.params,
      body: { overlapHours: 0 },
    });
    expect(renewed.problem.code).toBe('thing.unknown');
  });

  it('is told in the activity log with who did it, as all that was done before', async () => {
    const user = await newUser();
    await renew(user, 24);
    const who = await owner();
    const params = user.params;
    await who.call('DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced', { params });
    await who.call('PUT /organisations/:organisation/api-users/:accountId/networks', {
      params,
      body: { networks: ['127.0.0.0/8'], seen: [] },
    });
    await who.call('DELETE /organisations/:organisation/api-users/:accountId', { params });
    await who.call('DELETE /organisations/:organisation/api-users/:accountId', { params });
    const log = await who.call('GET /organisations/:organisation/activity', { params: ORGANISATION });
    const own = log.body.activities.filter(({ details }) => details['user'] === user.email);
    expect(own.map(({ act }) => act)).toEqual([
      'api_user.ended',
      'api_user.networks_set',
      'api_user.old_password_ended',
      'api_user.rotated',
      'api_user.created',
    ]);
    expect(own.every(({ actor }) => actor.name === 'Deniz Örnek')).toBe(true);
  });
});

describe('networks', () => {
  it('let an API user call from there and from nowhere else', async () => {
    const user = await newUser(['127.0.0.1', '2001:DB8::/32']);
    expect((await userOf(user))?.networks).toEqual(['127.0.0.1/32', '2001:db8::/32']);
    const tokens = await tokensOf(user, user.password);
    expect(await statusWith(tokens)).toBe(200);

    const set = async (networks: string[], seen: string[]) =>
      await (await owner()).call('PUT /organisations/:organisation/api-users/:accountId/networks', {
        params: user.params,
        body: { networks, seen },
      });
    const before = ['127.0.0.1/32', '2001:db8::/32'];
    expect((await set(['203.0.113.9/24', '203.0.113.0/24'], before)).body).toEqual({ done: true });
    expect((await userOf(user))?.networks).toEqual(['203.0.113.0/24']);
    // Who looked before that does not overwrite it; the same once more is no change.
    const late = await set(['198.51.100.0/24'], before);
    expect([late.status, late.problem.code]).toEqual([409, 'thing.changed']);
    expect((await set(['203.0.113.0/24'], before)).status).toBe(200);
    expect((await userOf(user))?.networks).toEqual(['203.0.113.0/24']);
    expect(await statusWith(tokens)).toBe(401);
    const elsewhere = await logIn(user, user.password);
    const wrong = await logIn(user, 'a-wrong-password');
    expect(elsewhere.status).toBe(400);
    expect([elsewhere.status, elsewhere.text]).toEqual([wrong.status, wrong.text]);
    // A token that is brought from elsewhere is refused, and is not used up by it.
    expect((await refreshed(tokens)).status).toBe(400);
    server.clock.move(120);
    expect((await refreshed(tokens)).status).toBe(400);
    await set([], ['203.0.113.0/24']);
    expect(await statusWith(tokens)).toBe(200);
    expect((await refreshed(tokens)).status).toBe(200);
  });

  it('that cannot be read are refused beside their field, and nothing is changed', async () => {
    const user = await newUser(['127.0.0.1']);
    const answer = await (await owner()).call('PUT /organisations/:organisation/api-users/:accountId/networks', {
      params: user.params,
      body: { networks: ['10.0.0.0/8', '10/8'], seen: ['127.0.0.1/32'] },
    });
    expect(answer.problem).toMatchObject({ status: 422, code: 'api_user.network', fields: [{ field: 'networks' }] });
    expect((await userOf(user))?.networks).toEqual(['127.0.0.1/32']);
  });

  it.each([
    [' 203.0.113.7 ', '203.0.113.7/32'],
    ['203.0.113.7/24', '203.0.113.0/24'],
    ['2001:DB8:0::5', '2001:db8::5/128'],
    ['2001:db8::5/32', '2001:db8::/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['10/8', undefined],
    ['010.0.0.1', undefined],
    ['10.0.0.1/33', undefined],
    ['::ffff:10.0.0.1', undefined],
    ['fe80::1%eth0', undefined],
    ['ornek.example', undefined],
    ['', undefined],
  ])('%j is read as %j', (typed, network) => {
    expect(readNetwork(typed)).toBe(network);
  });

  it.each([
    ['10.2.3.4', true],
    ['::ffff:10.2.3.4', true],
    ['11.2.3.4', false],
    ['2001:db8::9', true],
    ['2001:db9::9', false],
    ['', false],
    ['not an address', false],
  ])('with two networks named, who comes from %j may call: %j', (address, may) => {
    expect(admits(networksOf(['10.0.0.0/8', '2001:db8::/32']), address)).toBe(may);
    expect(admits(networksOf([]), address)).toBe(true);
  });
});

describe('the last use', () => {
  it('is shown with where it came from, from log-in and from calls', async () => {
    const user = await newUser();
    expect(await userOf(user)).toMatchObject({ lastUsedAt: null, lastUsedFrom: null });
    const tokens = await tokensOf(user, user.password);
    const first = server.clock.now();
    await expect.poll(async () => (await userOf(user))?.lastUsedAt, { timeout: 60_000 }).not.toBeNull();
    const used = await userOf(user);
    expect(used?.lastUsedFrom).toBe('127.0.0.1');
    expect(Math.abs((used?.lastUsedAt ?? 0) - first)).toBeLessThan(60);
    server.clock.move(3_600);
    expect(await statusWith(tokens)).toBe(200);
    await expect
      .poll(async () => (await userOf(user))?.lastUsedAt ?? 0, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(first + 3_600);
  });

  it('is written once a minute at most, over all processes, however much is called', async () => {
    const user = await newUser();
    const written: Promise<number>[] = [];
    const counting = {
      run: (...asked: Parameters<typeof server.database.run>) => {
        const rows = server.database.run(...asked);
        written.push(rows);
        return rows;
      },
    };
    const processes = [new LastUses(counting, server.clock), new LastUses(counting, server.clock)];
    const callAll = async (): Promise<number[]> => {
      written.length = 0;
      for (const uses of processes) {
        for (let calls = 0; calls < 1_000; calls += 1) uses.note(user.accountId, '::ffff:203.0.113.7');
        await Promise.all(written);
      }
      return await Promise.all(written);
    };
    // Each process asks once, one of them writes.
    expect(await callAll()).toEqual([1, 0]);
    server.clock.move(40);
    expect(await callAll()).toEqual([]);
    server.clock.move(30);
    expect(await callAll()).toEqual([1, 0]);
    expect((await userOf(user))?.lastUsedFrom).toBe('203.0.113.7');
  });

  it('that cannot be written harms no call', async () => {
    const failing = { run: () => Promise.reject(new Error('the database is away')) };
    expect(() => new LastUses(failing, server.clock).note(1, '203.0.113.7')).not.toThrow();
  });
});

interface Receiver {
  readonly url: string;
  /** Bodies that came with the right credentials. */
  readonly taken: string[];
  /** What it answers to them. */
  status: number;
  close(): void;
}

async function receiver(): Promise<Receiver> {
  const right = `Basic ${Buffer.from('push:parola').toString('base64')}`;
  const taken: string[] = [];
  const listening = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (request.headers.authorization !== right) return response.writeHead(401).end();
    taken.push(body);
    response.writeHead(one.status).end();
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const close = (): void => {
    listening.closeAllConnections();
    listening.close();
  };
  const one: Receiver = {
    url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`,
    taken,
    status: 200,
    close,
  };
  onTestFinished(close);
  return one;
}

describe('push addresses', () => {
  const FORM = { type: 'MESAJ', username: 'push', password: 'parola' } as const;
  const brandOf = (brand: number) => ({ ...ORGANISATION, brand });

  async function register(
    caller: DeskCaller,
    body: { url: string; type?: 'MESAJ' | 'ARAMA' | 'EPOSTA' },
    brand = 600100,
  ) {
    return await caller.call('POST /organisations/:organisation/brands/:brand/push-addresses', {
      params: brandOf(brand),
      body: { ...FORM, ...body },
    });
  }
  async function addresses(caller: DeskCaller, organisation: number = RETAIL.code) {
    const answer = await caller.call('GET /organisations/:organisation/push-addresses', { params: { organisation } });
    return answer.body.addresses;
  }
  async function addressAt(caller: DeskCaller, url: string) {
    const found = (await addresses(caller)).find((one) => one.url === url);
    if (found === undefined) throw new Error(`no address ${url}`);
    return { ...found, params: { ...brandOf(found.brandId), pushId: found.pushId } };
  }
  async function refuseByCitizen(count: number, channel = 1): Promise<void> {
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, RETAIL.code, 600101);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    const refusals = Array.from({ length: count }, (_, n) => ({
      kind: kindOf(channel, 0),
      address: `+90537${String(n).padStart(7, '0')}`,
      status: RET as typeof RET,
      source: SOURCE_NUMBERS.IYS_WEB,
      consentedAt: server.clock.now(),
      retailer: null,
    }));
    await server.rooms.registry.record(answer.scope, refusals, { door: DOORS.citizen });
  }

  it('are tried out, kept, tested again and removed', async () => {
    const who = await owner();
    const one = await receiver();
    expect((await register(who, { url: one.url })).body).toEqual({ done: true });
    const address = await addressAt(who, one.url);
    expect(address).toMatchObject({
      brandId: 600100,
      channel: 'MESAJ',
      username: 'push',
      state: 'connected',
      partner: null,
      waiting: 0,
      more: false,
    });
    const test = () =>
      who.call('POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test', {
        params: address.params,
      });
    expect((await test()).body).toEqual({
      good: true,
      bare: { status: 401, failure: null },
      full: { status: 200, failure: null },
    });
    expect(one.taken).toHaveLength(2);
    expect(one.taken[0]).toBe(one.taken[1]);
    expect(JSON.parse(one.taken[0] ?? '').list[0].recipient).toBe('pushtest@iys.org.tr');
    one.status = 500;
    expect((await test()).body).toMatchObject({ good: false, full: { status: 500 } });
    one.close();
    expect((await test()).body).toEqual({
      good: false,
      bare: { status: null, failure: 'unreachable' },
      full: null,
    });
    const remove = () =>
      who.call('DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId', { params: address.params });
    expect((await remove()).body).toEqual({ done: true });
    expect((await addresses(who)).filter(({ url }) => url === one.url)).toEqual([]);
    expect((await remove()).problem.code).toBe('thing.unknown');
    expect((await test()).problem.code).toBe('thing.unknown');
    const log = await who.call('GET /organisations/:organisation/activity', { params: ORGANISATION });
    expect(log.body.activities.slice(0, 6).map(({ act, brandId }) => [act, brandId])).toEqual(
      ['tested', 'removed', 'tested', 'tested', 'tested', 'registered'].map((act) => [`push.${act}`, 600100]),
    );
    for (let n = 4; n < TRIALS_PER_HOUR; n++) await test();
    const enough = await test();
    expect([enough.status, enough.problem.code]).toEqual([429, 'push.tested_enough']);
    server.clock.move(3_601);
  });

  it('that do not pass are refused beside their field, with why', async () => {
    const who = await owner();
    const one = await receiver();
    const cases = [
      [{ url: 'ftp://ornek.example' }, 'H531', 'url'],
      [{ url: one.url, username: 'somebody:else' }, 'H093', 'username'],
      [{ url: one.url, password: 'wrong' }, 'H530', 'url'],
    ] as const;
    for (const [body, code, field] of cases) {
      const answer = await who.call('POST /organisations/:organisation/brands/:brand/push-addresses', {
        params: brandOf(600100),
        body: { ...FORM, ...body },
      });
      expect(answer.problem).toMatchObject({ status: 422, code, fields: [{ field, code }] });
      expect(answer.problem.tr).not.toMatch(/undefined|\{/);
    }
    // Two of a channel, not three.
    for (const path of ['a', 'b']) expect((await register(who, { url: one.url + path })).status).toBe(200);
    expect((await register(who, { url: `${one.url}c` })).problem.tr).toMatch(/en çok iki adres/);
    for (const path of ['a', 'b'])
      await who.call('DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId', {
        params: (await addressAt(who, one.url + path)).params,
      });
  });

  it('say since when they are parked and how far behind, and go on when they are resumed', async () => {
    const who = await owner();
    const one = await receiver();
    await register(who, { url: one.url }, 600101);
    const parkedAt = server.clock.now() - 3_600;
    await server.owner.query(
      `update push_address set status = 'parked', status_at = to_timestamp($2), failing_since = to_timestamp($2)
       where url = $1`,
      [one.url, parkedAt],
    );
    await refuseByCitizen(3);
    // On another channel: not for this address.
    await refuseByCitizen(2, 0);
    const address = await addressAt(who, one.url);
    expect(address).toMatchObject({ state: 'parked', since: parkedAt, waiting: 3, more: false });
    expect(Math.abs((address.waitingSince ?? 0) - server.clock.now())).toBeLessThan(60);
    await refuseByCitizen(WAITING_COUNTED + 1);
    expect(await addressAt(who, one.url)).toMatchObject({ waiting: WAITING_COUNTED, more: true });

    const resume = () =>
      who.call('POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/resume', {
        params: address.params,
      });
    one.status = 503;
    expect((await resume()).problem).toMatchObject({ code: 'H530', fields: [{ field: 'url' }] });
    expect(await addressAt(who, one.url)).toMatchObject({ state: 'parked' });
    one.status = 200;
    expect((await resume()).body).toEqual({ done: true });
    // From where it stood.
    expect(await addressAt(who, one.url)).toMatchObject({ state: 'connected', waiting: WAITING_COUNTED, more: true });
    await server.owner.query('update push_address set failing_since = to_timestamp($2) where url = $1', [
      one.url,
      parkedAt,
    ]);
    expect(await addressAt(who, one.url)).toMatchObject({ state: 'failing', since: parkedAt });
  });

  it('of a partner are seen and removed by the provider, tested and resumed by the partner alone', async () => {
    const one = await receiver();
    const partner = await enter(server, 'partner');
    const params = { organisation: PARTNER.code, brand: 600100 };
    const registered = await partner.call('POST /organisations/:organisation/brands/:brand/push-addresses', {
      params,
      body: { ...FORM, url: one.url },
    });
    expect(registered.body).toEqual({ done: true });
    // A channel that the partner may only read.
    const refused = await partner.call('POST /organisations/:organisation/brands/:brand/push-addresses', {
      params,
      body: { ...FORM, url: one.url, type: 'EPOSTA' },
    });
    expect(refused.problem.code).toBe('desk.channel');

    const who = await owner();
    const address = await addressAt(who, one.url);
    expect(address.partner).toBe(PARTNER.title);
    expect((await addresses(partner, PARTNER.code)).map(({ url, partner: whose }) => [url, whose])).toEqual([
      [one.url, null],
    ]);
    for (const what of ['test', 'resume'] as const) {
      const answer = await who.call(`POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/${what}`, {
        params: address.params,
      });
      expect(answer.problem.code).toBe('thing.unknown');
    }
    await server.owner.query(`update partner_grant set mesaj = 'read' where partner_code = $1`, [PARTNER.code]);
    expect(await addressAt(who, one.url)).toMatchObject({ state: 'no-right', since: null });
    await server.owner.query(`update partner_grant set mesaj = 'write' where partner_code = $1`, [PARTNER.code]);
    const removed = await who.call('DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId', {
      params: address.params,
    });
    expect(removed.body).toEqual({ done: true });
    expect(await addresses(partner, PARTNER.code)).toEqual([]);
  });

  it("are not reached by another brand's number", async () => {
    const who = await owner();
    const one = await receiver();
    expect((await register(who, { url: one.url }, 600200)).problem.code).toBe('desk.brand');
    await register(who, { url: one.url });
    const { pushId } = await addressAt(who, one.url);
    const answer = await who.call('DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId', {
      params: { ...brandOf(600101), pushId },
    });
    expect(answer.problem.code).toBe('thing.unknown');
    expect((await addresses(who)).map(({ url }) => url)).toContain(one.url);
  });
});

describe('what the registry holds of the organisation', () => {
  async function registered(account: string, organisation: number) {
    const caller = await enter(server, account);
    const answer = await caller.call('GET /organisations/:organisation/registered', { params: { organisation } });
    expect(answer.status).toBe(200);
    return answer.body;
  }

  it('is shown with the figures of the counters and what is used of the subscription', async () => {
    const token = await server.token();
    const before = await registered('viewer', RETAIL.code);
    for (const [n, status] of [ONAY, ONAY, RET].entries()) {
      const answer = await server.call('POST', '/sps/600100/brands/600100/consents', {
        token,
        body: {
          recipient: `+9053811122${n < 2 ? `3${n}` : '31'}`,
          type: 'MESAJ',
          recipientType: 'BIREYSEL',
          source: 'HS_WEB',
          status: status === ONAY ? 'ONAY' : 'RET',
          consentDate: formatTime(server.clock.now() - 60 + n),
        },
      });
      expect(answer.status).toBe(200);
    }
    // Totals that are held against a limit are a second old at most.
    server.clock.move(2);
    const after = await registered('viewer', RETAIL.code);
    const countsOf = ({ brands }: typeof after) => brands.find(({ brandId }) => brandId === 600100)?.counts;
    const [was, is] = [countsOf(before), countsOf(after)];
    expect([(is?.granted ?? 0) - (was?.granted ?? 0), (is?.refused ?? 0) - (was?.refused ?? 0)]).toEqual([1, 1]);
    expect(is?.retailers).toBe(3);
    expect((after.subscription?.used ?? 0) - (before.subscription?.used ?? 0)).toBe(1);
    expect(after).toMatchObject({
      organisation: { code: RETAIL.code, title: RETAIL.title, kind: 'provider' },
      policy: { strictness: 'official', historicLoadOpen: false },
      subscription: { packageName: 'Deneme', status: 'ACTIVE', consentLimit: 1_000_000, consentLimitExceed: true },
    });
    expect(after.brands.map(({ brandId, master }) => [brandId, master])).toEqual([
      [600100, true],
      [600101, false],
    ]);
  });

  it('is shown to each as far as his rights go', async () => {
    const manager = await registered('manager', RETAIL.code);
    expect(manager.brands.map(({ brandId }) => brandId)).toEqual([600101]);
    const retailer = await registered('retailer', RETAIL.code);
    expect(retailer.brands.map(({ counts }) => counts)).toEqual([null]);
    expect([retailer.seesSubscription, retailer.subscription]).toEqual([false, null]);
    const partner = await registered('partner', PARTNER.code);
    expect(partner.brands).toMatchObject([{ brandId: 600100, provider: { code: RETAIL.code }, counts: null }]);
    expect(partner.subscription).toMatchObject({ packageName: 'Deneme', used: null });
    expect(partner.policy).toBeNull();
    const intermediary = await registered('intermediary', 800100);
    expect(intermediary.brands.every(({ counts }) => counts === null)).toBe(true);
    expect([intermediary.seesSubscription, intermediary.subscription, intermediary.policy]).toEqual([
      false,
      null,
      null,
    ]);
  });
});
