// The access room on a real database: log-in, refresh, revocation, and what a principal may do.

import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { movableClock } from '../src/ground/clock.ts';
import type { Limits } from '../src/ground/config.ts';
import { type Database, DatabaseUnavailable, openDatabase } from '../src/ground/database.ts';
import * as door from '../src/rooms/access/index.ts';
import { type Access, AccessError, BrandScope, openAccess, type Principal } from '../src/rooms/access/index.ts';
import { openUpkeep } from '../src/rooms/access/upkeep.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

const SECRET = randomBytes(32);
const LIMITS: Limits = {
  on: true,
  requestsPerSecond: 10,
  tokensPerHour: 100,
  statusPerHour: 1000,
  historyPerHour: 100,
};
const PASSWORD = 'Ornek-Parola-600100';
const HERE = '192.0.2.1';

let held: TestDatabase;
let asked = 0;
let counted: Database;
let clock: ReturnType<typeof movableClock>;
let access: Access;
/** Another process on the same database. */
let other: Access;
let accounts: { retail: number; bank: number; partner: number };

function open(): Access {
  return openAccess({ database: counted, clock, secret: SECRET, limits: LIMITS });
}

async function as(who: Access, email: string, password = PASSWORD): Promise<Principal> {
  const { accessToken } = await who.logIn(email, password, HERE);
  const principal = await who.principal(`Bearer ${accessToken}`, HERE);
  if (principal === undefined) throw new Error('the fresh token was not taken');
  return principal;
}

const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error) => (error instanceof AccessError ? error.reason : `unexpected: ${error}`),
  );

beforeAll(async () => {
  held = await testDatabase();
  const { database } = held;
  // Counts what is asked of the real database.
  counted = {
    ...database,
    rows: (query, values) => {
      asked += 1;
      return database.rows(query, values);
    },
    withConnection: (work) => {
      asked += 1;
      return database.withConnection(work);
    },
  };
  await database.run(`insert into provider (provider_code, title, strictness, historic_load_open) values
    (600100, 'Örnek Perakende A.Ş.', 'welcoming', true), (600200, 'Örnek Banka A.Ş.', 'official', false),
    (600300, 'Markasız A.Ş.', 'official', false)`);
  await database.run(`insert into brand (brand_id, provider_code, name, master) values
    (600101, 600100, 'Örnek Bebek', false), (600100, 600100, 'Örnek Perakende', true), (600200, 600200, 'Banka', true)`);
  await database.run(`insert into partner (partner_code, title) values (900100, 'Örnek İş Ortağı A.Ş.')`);
  await database.run(`insert into partner_grant (partner_code, brand_id, arama, mesaj, eposta, reconciliation) values
    (900100, 600100, 'write', 'write', 'read', true), (900100, 600101, 'none', 'none', 'none', false)`);
  await database.run(`insert into subscription
      (holder_code, package_name, starts_at, expires_at, status, consent_limit, consent_limit_exceed, via) values
    (600100, 'Büyük', '2025-01-01 00:00:00+03', '2100-01-01 00:00:00+03', 'ACTIVE', 1000000, true, '{"credit": -1}'),
    (600200, 'Küçük', '2020-01-01 00:00:00+03', '2021-01-01 00:00:00+03', 'ACTIVE', 500, false, null),
    (900100, 'Ortak', '2025-01-01 00:00:00+03', '2100-01-01 00:00:00+03', 'PAUSED', 0, false, null)`);
  clock = movableClock();
  access = open();
  accounts = {
    retail: await access.createAccount({
      email: 'API@Ornek-Perakende.example',
      password: PASSWORD,
      role: 'API_USER',
      providerCode: 600100,
    }),
    bank: await access.createAccount({
      email: 'api@ornek-banka.example',
      password: PASSWORD,
      role: 'API_USER',
      providerCode: 600200,
    }),
    partner: await access.createAccount({
      email: 'api@ornek-isortagi.example',
      password: PASSWORD,
      role: 'API_USER',
      partnerCode: 900100,
    }),
  };
  await access.createAccount({
    email: 'portal@ornek-perakende.example',
    password: PASSWORD,
    role: 'PORTAL_ADMIN',
    providerCode: 600100,
  });
  access.close();
});

beforeEach(() => {
  clock.setTo(Math.floor(Date.now() / 1000));
  access = open();
  other = open();
});

afterEach(() => {
  access.close();
  other.close();
});

afterAll(() => held.close());

describe('log-in', () => {
  test('gives a token with the claims that programs read', async () => {
    const pair = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    expect(pair).toMatchObject({ expiresIn: 7200, refreshExpiresIn: 14400 });
    const claims = decodeJwt(pair.accessToken);
    expect(claims).toMatchObject({
      sub: String(accounts.retail),
      preferred_username: 'api@ornek-perakende.example',
      realm_access: { roles: ['API_USER'] },
      serviceProvider: { title: 'Örnek Perakende A.Ş.', iysCode: 600100 },
      brands: [
        { brandCode: 600100, name: 'Örnek Perakende' },
        { brandCode: 600101, name: 'Örnek Bebek' },
      ],
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(7200);
  });

  test('the database knows neither password nor token', async () => {
    const { refreshToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const hashes = (await held.database.rows<[Buffer]>('select token_hash from refresh_token')).map(([hash]) =>
      hash.toString('hex'),
    );
    expect(hashes).toContain(createHash('sha256').update(refreshToken).digest('hex'));
    const [row] = await held.database.rows<[string]>('select password_hash from account limit 1');
    expect(row?.[0]).toMatch(/^\$argon2id\$/);
  });

  test('the user name is taken in any case of ASCII, and no further', async () => {
    expect(await reasonOf(access.logIn('Api@ORNEK-PERAKENDE.Example', PASSWORD, HERE))).toBe('none');
    expect(await reasonOf(access.logIn('apİ@ornek-perakende.example', PASSWORD, HERE))).toBe('credentials');
    expect(await reasonOf(access.logIn('api@ornek-pera\u212aende.example', PASSWORD, HERE))).toBe('credentials');
  });

  test.each([
    ['wrong password', 'api@ornek-perakende.example', 'Ornek-Parola-600101', 'credentials'],
    ['unknown user', 'nobody@ornek-perakende.example', PASSWORD, 'credentials'],
    ['NUL in the user name', 'api@ornek-perakende.example\0', PASSWORD, 'credentials'],
    ['NUL in the password', 'api@ornek-perakende.example', `${PASSWORD}\0`, 'credentials'],
    ['over-long user name', `${'a'.repeat(400)}@ornek.example`, PASSWORD, 'credentials'],
    ['over-long password', 'api@ornek-perakende.example', 'x'.repeat(5_000), 'credentials'],
    ['half a surrogate pair', 'api\ud800@ornek.example', PASSWORD, 'credentials'],
    ['nothing', '', '', 'credentials'],
    ['portal administrator', 'portal@ornek-perakende.example', PASSWORD, 'role'],
    ['portal administrator, wrong password', 'portal@ornek-perakende.example', 'Ornek-Parola-1', 'credentials'],
  ])('%s', async (_what, username, password, reason) => {
    expect(await reasonOf(access.logIn(username, password, HERE))).toBe(reason);
  });

  test('what cannot be a name or password is not asked of the database', async () => {
    const before = asked;
    await reasonOf(access.logIn('api\0@ornek-perakende.example', PASSWORD, HERE));
    await reasonOf(access.logIn('api@ornek-perakende.example', 'x'.repeat(1_025), HERE));
    expect(asked).toBe(before);
  });

  test('guessing is slowed and bounded; the owner gets in, at the same address and elsewhere', async () => {
    const email = 'api@ornek-perakende.example';
    await access.logIn(email, PASSWORD, HERE);
    // Three in a row: the next ones are held for seconds.
    for (const guess of [1, 2, 3])
      expect(await reasonOf(access.logIn(email, `wrong-${guess}`, HERE))).toBe('credentials');
    const reasons: string[] = [];
    const guesses = Array.from({ length: 12 }, async (_, at) => {
      reasons.push(await reasonOf(access.logIn(email, `guess-${at}`, HERE)));
    });
    const owner = await Promise.all([
      reasonOf(access.logIn(email, PASSWORD, HERE)),
      reasonOf(access.logIn(email, PASSWORD, '198.51.100.7')),
    ]);
    expect(owner).toEqual(['none', 'none']);
    access.close();
    await Promise.all(guesses);
    expect(reasons).toContain('too-many');
    expect(reasons).toContain('credentials');
    expect(reasons.every((reason) => reason === 'too-many' || reason === 'credentials')).toBe(true);
  });

  test('fifty programs that log in at once all get in', async () => {
    const reasons = await Promise.all(
      Array.from({ length: 50 }, () => reasonOf(access.logIn('api@ornek-banka.example', PASSWORD, HERE))),
    );
    expect(reasons).toEqual(Array(50).fill('none'));
  });

  test('a disabled account is refused at log-in, at refresh and, within a second, at every call', async () => {
    const { accessToken, refreshToken } = await access.logIn('api@ornek-banka.example', PASSWORD, HERE);
    expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeDefined();
    await held.database.run('update account set enabled = false where account_id = $1', [accounts.bank]);
    try {
      const families = () => held.database.rows('select count(*) from token_family');
      const before = await families();
      expect(await reasonOf(access.logIn('api@ornek-banka.example', PASSWORD, HERE))).toBe('credentials');
      expect(await families()).toEqual(before);
      expect(await reasonOf(access.refresh(refreshToken, HERE))).toBe('refresh_token');
      clock.move(1);
      expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeUndefined();
    } finally {
      await held.database.run('update account set enabled = true where account_id = $1', [accounts.bank]);
    }
    // Log-in does not trust what was kept a moment ago.
    expect((await as(access, 'api@ornek-banka.example')).accountId).toBe(accounts.bank);
  });
});

describe('access token', () => {
  test('a thousand calls on a fresh principal ask the database nothing', async () => {
    const { accessToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const standing = clock.nowMs();
    const still = openAccess({
      database: counted,
      clock: { nowMs: () => standing, now: () => Math.floor(standing / 1000) },
      secret: SECRET,
      limits: LIMITS,
    });
    await Promise.all(Array.from({ length: 20 }, () => still.principal(`Bearer ${accessToken}`, HERE)));
    const before = asked;
    for (let call = 0; call < 1_000; call += 1)
      expect((await still.principal(`Bearer ${accessToken}`, HERE))?.accountId).toBe(accounts.retail);
    expect(asked).toBe(before);
    still.close();
  });

  test('many first calls at once share one load', async () => {
    const { accessToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const before = asked;
    await Promise.all(Array.from({ length: 50 }, () => other.principal(`Bearer ${accessToken}`, HERE)));
    expect(asked).toBe(before + 1);
  });

  test('without the database the answer is an error, not "nobody"', async () => {
    const { accessToken, refreshToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const database = openDatabase({ url: held.url, role: undefined, connectionsMax: 1 });
    await database.close();
    const cutOff = openAccess({ database, clock, secret: SECRET, limits: LIMITS });
    await expect(cutOff.principal(`Bearer ${accessToken}`, HERE)).rejects.toThrow(DatabaseUnavailable);
    await expect(cutOff.refresh(refreshToken, HERE)).rejects.toThrow(DatabaseUnavailable);
    await expect(cutOff.logIn('api@ornek-perakende.example', PASSWORD, HERE)).rejects.toThrow(DatabaseUnavailable);
    cutOff.close();
  });

  test('expires after two hours by the clock', async () => {
    const { accessToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    clock.move(7_195);
    expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeDefined();
    clock.move(5);
    expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeUndefined();
    expect(await other.principal(`Bearer ${accessToken}`, HERE)).toBeUndefined();
  });

  test('rubbish, other keys and other algorithms are nobody', async () => {
    const { accessToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const claims = decodeJwt(accessToken);
    const [, payload, signature] = accessToken.split('.');
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(randomBytes(32));
    const master = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(SECRET);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const bent = `${accessToken.split('.')[0]}.${payload}.${signature?.split('').reverse().join('')}`;
    for (const header of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      accessToken,
      `Basic ${accessToken}`,
      `Bearer ${accessToken} x`,
      'Bearer a.b.c',
      `Bearer ${'x'.repeat(100_000)}`,
      `Bearer ${forged}`,
      `Bearer ${master}`,
      `Bearer ${none}`,
      `Bearer ${bent}`,
    ])
      expect(await access.principal(header, HERE), header?.slice(0, 40)).toBeUndefined();
    expect(await access.principal(`bearer ${accessToken}`, HERE)).toBeDefined();
  });

  test('a token of many brands stays small enough for a header', async () => {
    await held.database.run(`insert into brand (brand_id, provider_code, name, master)
      select 700000 + n, 600300, repeat('ğ', 50) || n, false from generate_series(1, 3000) n`);
    await held.database.run(`insert into partner (partner_code, title) values (900200, 'Büyük Ortak')`);
    await held.database.run(`insert into partner_grant (partner_code, brand_id, mesaj)
      select 900200, 700000 + n, 'read' from generate_series(1, 3000) n`);
    await access.createAccount({
      email: 'api@buyuk.example',
      password: PASSWORD,
      role: 'API_USER',
      partnerCode: 900200,
    });
    const { accessToken } = await access.logIn('api@buyuk.example', PASSWORD, HERE);
    expect(accessToken.length).toBeLessThan(10_000);
    expect((decodeJwt(accessToken)['brands'] as unknown[]).length).toBeLessThanOrEqual(100);
    const principal = await access.principal(`Bearer ${accessToken}`, HERE);
    expect(principal?.brands).toHaveLength(3_000);
  });
});

describe('refresh', () => {
  test('rotates; the session goes on with the new token', async () => {
    const first = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const second = await access.refresh(first.refreshToken, HERE);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(decodeJwt(second.accessToken)['sid']).toBe(decodeJwt(first.accessToken)['sid']);
    const third = await other.refresh(second.refreshToken, HERE);
    expect(await access.principal(`Bearer ${third.accessToken}`, HERE)).toMatchObject({ accountId: accounts.retail });
  });

  test('the replaced one is good for a minute, for many at once', async () => {
    const { refreshToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const pairs = await Promise.all(
      Array.from({ length: 8 }, (_, at) => (at % 2 ? access : other).refresh(refreshToken, HERE)),
    );
    expect(new Set(pairs.map((pair) => pair.refreshToken)).size).toBe(8);
    clock.move(55);
    await access.refresh(refreshToken, HERE);
    for (const pair of pairs) expect(await reasonOf(access.refresh(pair.refreshToken, HERE))).toBe('none');
  });

  test('a use in the minute does not lengthen it; a later replay ends the whole family', async () => {
    const first = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const apart = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const second = await access.refresh(first.refreshToken, HERE);
    clock.move(40);
    const third = await access.refresh(first.refreshToken, HERE);
    clock.move(20);
    expect(await access.principal(`Bearer ${second.accessToken}`, HERE)).toBeDefined();
    expect(await other.principal(`Bearer ${second.accessToken}`, HERE)).toBeDefined();
    expect(await reasonOf(access.refresh(first.refreshToken, HERE))).toBe('refresh_token');
    for (const pair of [second, third]) {
      expect(await reasonOf(access.refresh(pair.refreshToken, HERE))).toBe('refresh_token');
      expect(await access.principal(`Bearer ${pair.accessToken}`, HERE)).toBeUndefined();
    }
    clock.move(1);
    expect(await other.principal(`Bearer ${second.accessToken}`, HERE)).toBeUndefined();
    expect(await access.principal(`Bearer ${apart.accessToken}`, HERE)).toBeDefined();
    expect(await reasonOf(access.refresh(apart.refreshToken, HERE))).toBe('none');
  });

  test('expires after four hours by the clock', async () => {
    const one = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const two = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    clock.move(14_390);
    expect(await reasonOf(access.refresh(one.refreshToken, HERE))).toBe('none');
    clock.move(10);
    expect(await reasonOf(access.refresh(two.refreshToken, HERE))).toBe('refresh_token');
  });

  test.each([
    ['empty', ''],
    ['rubbish', 'rubbish'],
    ['NUL', '\0'],
    ['unknown', randomBytes(32).toString('base64url')],
    ['over-long', 'x'.repeat(100_000)],
  ])('%s is refused', async (_what, token) => {
    expect(await reasonOf(access.refresh(token, HERE))).toBe('refresh_token');
  });
});

describe('revocation', () => {
  test('of an account, by an operator from outside: felt within a second; it may log in again', async () => {
    const upkeep = openUpkeep({ database: held.database, clock });
    const one = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const two = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    for (const process of [access, other])
      expect(await process.principal(`Bearer ${one.accessToken}`, HERE)).toBeDefined();
    expect(await upkeep.setPassword('Api@Ornek-Perakende.example', PASSWORD)).toBe(true);
    for (const pair of [one, two])
      expect(await reasonOf(access.refresh(pair.refreshToken, HERE))).toBe('refresh_token');
    clock.move(1);
    for (const process of [access, other])
      for (const { accessToken } of [one, two])
        expect(await process.principal(`Bearer ${accessToken}`, HERE)).toBeUndefined();
    expect((await as(access, 'api@ornek-perakende.example')).accountId).toBe(accounts.retail);
  });

  test("does not reach a stranger's account by the Kelvin sign, which a database may take for a k", async () => {
    const upkeep = openUpkeep({ database: held.database, clock });
    const { accessToken } = await access.logIn('api@ornek-banka.example', PASSWORD, HERE);
    expect(await upkeep.setEnabled('api@ornek-ban\u212Aa.example', false)).toBe(false);
    clock.move(1);
    expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeDefined();
  });

  test.each(['accessToken', 'refreshToken'] as const)('of a family by its %s', async (which) => {
    const one = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    const apart = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    await access.revokeFamily(one[which]);
    expect(await access.principal(`Bearer ${one.accessToken}`, HERE)).toBeUndefined();
    expect(await reasonOf(access.refresh(one.refreshToken, HERE))).toBe('refresh_token');
    expect(await access.principal(`Bearer ${apart.accessToken}`, HERE)).toBeDefined();
    await access.revokeFamily('rubbish');
  });

  test('stays true as long as the token would have lived', async () => {
    const { accessToken } = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    await access.revokeFamily(accessToken);
    clock.move(7_190);
    expect(await access.principal(`Bearer ${accessToken}`, HERE)).toBeUndefined();
  });

  test('dead sessions are swept, living ones stay', async () => {
    await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    // Beyond what other tests left behind, some with their clocks hours ahead.
    clock.move(3 * 86_400);
    const living = await access.logIn('api@ornek-perakende.example', PASSWORD, HERE);
    expect(await access.sweep()).toBeGreaterThan(0);
    expect(await held.database.rows('select count(*) from token_family')).toEqual([[1]]);
    expect(await access.sweep()).toBe(0);
    expect(await reasonOf(access.refresh(living.refreshToken, HERE))).toBe('none');
  });
});

describe('principal and scope', () => {
  test("a provider's user may do everything for the provider's brands", async () => {
    const principal = await as(access, 'api@ornek-perakende.example');
    expect(principal).toMatchObject({
      email: 'api@ornek-perakende.example',
      role: 'API_USER',
      provider: { code: 600100, title: 'Örnek Perakende A.Ş.' },
      partner: null,
      brands: [
        { brandId: 600100, providerCode: 600100, name: 'Örnek Perakende', master: true },
        { brandId: 600101, providerCode: 600100, name: 'Örnek Bebek', master: false },
      ],
    });
    const answer = access.brandScope(principal, 600100, 600101);
    if (!('scope' in answer)) throw new Error('refused');
    expect(answer.scope).toBeInstanceOf(BrandScope);
    expect(answer.scope.facts).toEqual({
      actor: accounts.retail,
      providerCode: 600100,
      brandId: 600101,
      rights: { ARAMA: 'write', MESAJ: 'write', EPOSTA: 'write' },
      reconciliation: true,
      strictness: 'welcoming',
      historicLoadOpen: true,
    });
    expect(answer.subscription).toMatchObject({
      packageName: 'Büyük',
      startsAt: Date.parse('2025-01-01T00:00:00+03:00') / 1000,
      expiresAt: Date.parse('2100-01-01T00:00:00+03:00') / 1000,
      status: 'ACTIVE',
      apiIncluded: true,
      consentLimit: 1_000_000,
      consentLimitExceed: true,
      via: { credit: -1 },
      viaPass: null,
    });
  });

  test.each([
    [600100, 600200, 'brand'],
    [600100, 999999, 'brand'],
    [600200, 600200, 'provider'],
    [600200, 600100, 'provider'],
    [999999, 600100, 'provider'],
    [Number.NaN, 600100, 'provider'],
  ])('provider %d, brand %d is refused by the %s', async (providerCode, brandCode, refused) => {
    const principal = await as(access, 'api@ornek-perakende.example');
    expect(access.brandScope(principal, providerCode, brandCode)).toEqual({ refused });
  });

  test("a partner's user may do what was granted, where anything was", async () => {
    const principal = await as(access, 'api@ornek-isortagi.example');
    expect(principal).toMatchObject({
      provider: null,
      partner: { code: 900100, title: 'Örnek İş Ortağı A.Ş.' },
    });
    expect(principal.brands.map(({ brandId }) => brandId)).toEqual([600100]);
    const answer = access.brandScope(principal, 600100, 600100);
    if (!('scope' in answer)) throw new Error('refused');
    expect(answer.subscription?.packageName).toBe('Büyük');
    expect(answer.scope.facts).toMatchObject({
      actor: accounts.partner,
      rights: { ARAMA: 'write', MESAJ: 'write', EPOSTA: 'read' },
      reconciliation: true,
    });
    expect(answer.scope.may('EPOSTA', 'read')).toBe(true);
    expect(answer.scope.may('EPOSTA', 'write')).toBe(false);
    expect(access.brandScope(principal, 600100, 600101)).toEqual({ refused: 'brand' });
    expect(access.brandScope(principal, 600200, 600200)).toEqual({ refused: 'provider' });
    expect(access.mayAskProvider(principal, 600100)).toBe(true);
    expect(access.mayAskProvider(principal, 600200)).toBe(false);
  });

  test("a partner of two providers: each brand under its own provider's number", async () => {
    await held.database.run(`insert into partner (partner_code, title) values (900300, 'İki Yanlı Ortak')`);
    await held.database.run(`insert into partner_grant (partner_code, brand_id, mesaj, reconciliation) values
      (900300, 600100, 'read', false), (900300, 600200, 'none', true)`);
    await access.createAccount({ email: 'api@iki.example', password: PASSWORD, role: 'API_USER', partnerCode: 900300 });
    const principal = await as(access, 'api@iki.example');
    expect(access.brandScope(principal, 600100, 600200)).toEqual({ refused: 'brand' });
    expect(access.brandScope(principal, 600200, 600100)).toEqual({ refused: 'brand' });
    expect(access.brandScope(principal, 600100, 600100)).toMatchObject({ subscription: { packageName: 'Büyük' } });
    expect(access.brandScope(principal, 600200, 600200)).toMatchObject({
      subscription: { packageName: 'Küçük', status: 'EXPIRED' },
      scope: { facts: { rights: { ARAMA: 'none', MESAJ: 'none', EPOSTA: 'none' }, reconciliation: true } },
    });
  });

  test('a changed grant is felt within a second', async () => {
    const { accessToken } = await access.logIn('api@ornek-isortagi.example', PASSWORD, HERE);
    const may = async () => {
      const principal = await access.principal(`Bearer ${accessToken}`, HERE);
      const answer = principal && access.brandScope(principal, 600100, 600100);
      return answer && 'scope' in answer && answer.scope.may('ARAMA', 'write');
    };
    expect(await may()).toBe(true);
    await held.database.run(`update partner_grant set arama = 'read' where brand_id = 600100`);
    try {
      clock.move(1);
      expect(await may()).toBe(false);
    } finally {
      await held.database.run(`update partner_grant set arama = 'write' where brand_id = 600100`);
    }
    expect(await may()).toBe(false);
    access.forget();
    expect(await may()).toBe(true);
  });

  test('a provider without brands is its own all the same', async () => {
    await access.createAccount({ email: 'api@x.example', password: PASSWORD, role: 'API_USER', providerCode: 600300 });
    await held.database.run('delete from partner_grant where partner_code = 900200');
    await held.database.run('delete from brand where provider_code = 600300');
    const principal = await as(access, 'api@x.example');
    expect(principal).toMatchObject({ brands: [] });
    expect(access.mayAskProvider(principal, 600300)).toBe(true);
    expect(access.brandScope(principal, 600300, 600100)).toEqual({ refused: 'brand' });
  });

  test('nobody else makes a scope', async () => {
    const principal = await as(access, 'api@ornek-perakende.example');
    expect(() => access.brandScope({ ...principal }, 600100, 600100)).toThrow('made by access alone');
    expect(Object.keys(door)).not.toContain('makeBrandScope');
    const answer = access.brandScope(principal, 600100, 600100);
    if (!('scope' in answer)) throw new Error('refused');
    const facts = answer.scope.facts;
    expect(() => Reflect.construct(BrandScope, [Symbol('made by access'), facts])).toThrow('made by access alone');
  });
});

describe('subscriptions, numbers, limits', () => {
  test('an active subscription past its end is expired', async () => {
    expect(await access.subscriptionOf(600200)).toMatchObject({ packageName: 'Küçük', status: 'EXPIRED' });
    expect(await access.subscriptionOf(900100)).toMatchObject({ packageName: 'Ortak', status: 'PAUSED' });
    expect(await access.subscriptionOf(600300)).toBeNull();
    expect(await access.subscriptionOf(99_999_999_999)).toBeNull();
    clock.setTo(Date.parse('2020-06-01T00:00:00Z') / 1000);
    expect(await access.subscriptionOf(600200)).toMatchObject({ status: 'ACTIVE' });
  });

  test('which providers and brands exist', async () => {
    const answers = await Promise.all([
      access.providerExists(600100),
      access.providerExists(600101),
      access.providerExists(99_999_999_999),
      access.providerExists(-1),
      access.providerExists(1.5),
      access.brandExists(600101),
      access.brandExists(600300),
      access.brandExists(Number.NaN),
    ]);
    expect(answers).toEqual([true, false, false, false, false, true, false, false]);
  });

  test("an operator's limit for a provider replaces the configured one", async () => {
    await held.database.run(`insert into provider_limit (provider_code, limit_name, amount) values
      (600100, 'statusPerHour', 5), (600100, 'unknown', 7)`);
    expect(await access.limitsOf(600100)).toEqual({ ...LIMITS, statusPerHour: 5 });
    expect(await access.limitsOf(600200)).toEqual(LIMITS);
    expect(await access.limitsOf(null)).toEqual(LIMITS);
  });
});

describe('making an account', () => {
  const account = { email: 'new@ornek.example', password: PASSWORD, role: 'API_USER', providerCode: 600100 } as const;

  test.each([
    ['no address', { ...account, email: 'ornek' }, 'email'],
    ['not ASCII', { ...account, email: 'örnek@ornek.example' }, 'email'],
    ['too long', { ...account, email: `${'a'.repeat(310)}@uzun.example` }, 'email'],
    ['taken, in another case', { ...account, email: 'api@ORNEK-perakende.example' }, 'email-taken'],
    ['short password', { ...account, password: 'kisacik' }, 'password'],
    ['NUL in the password', { ...account, password: `${PASSWORD}\0` }, 'password'],
    ['provider and partner', { ...account, partnerCode: 900100 }, 'holder'],
    ['registrar with a provider', { ...account, role: 'REGISTRAR' as const }, 'holder'],
    ['nobody', { email: account.email, password: PASSWORD, role: 'API_USER' as const }, 'holder'],
    ['unknown provider', { ...account, providerCode: 123 }, 'holder'],
  ])('%s is refused', async (_what, asking, reason) => {
    await expect(access.createAccount(asking)).rejects.toMatchObject({ reason });
  });
});
