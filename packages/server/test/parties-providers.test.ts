import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../src/ground/clock.ts';
import { type NewSubscription, openParties, type Parties, PartyError } from '../src/rooms/parties/index.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

let db: TestDatabase;
let parties: Parties;

const noUses = async (): Promise<Map<number, number>> => new Map();

beforeAll(async () => {
  db = await testDatabase();
  parties = openParties({ database: db.database, clock: systemClock, retailerUses: noUses });
});
afterAll(() => db?.close());

async function count(table: string): Promise<number> {
  const rows = await db.database.rows<[number]>(`select count(*)::int from ${table}`);
  return (rows[0] as [number])[0];
}

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PartyError);
  return (error as PartyError).reason;
}

const SUBSCRIPTION: NewSubscription = {
  packageName: 'İleti-5',
  startsAt: 1_700_000_000,
  expiresAt: 1_800_000_000,
  consentLimit: 5_000,
};

describe('providers and brands', () => {
  test('given numbers: the master brand has its provider’s, every brand its journal row', async () => {
    const made = await parties.createProvider({
      providerCode: 600100,
      title: 'Örnek Perakende A.Ş.',
      brands: [
        { brandId: 600101, name: 'Örnek Bebek', master: false },
        { name: 'Örnek Perakende', master: true },
      ],
      historicLoadOpen: true,
    });
    expect(made).toEqual({
      providerCode: 600100,
      brands: [
        { brandId: 600101, name: 'Örnek Bebek', master: false },
        { brandId: 600100, name: 'Örnek Perakende', master: true },
      ],
    });
    expect(await parties.brandsOf(600100)).toEqual([
      { brandId: 600100, name: 'Örnek Perakende', master: true, retailers: 0 },
      { brandId: 600101, name: 'Örnek Bebek', master: false, retailers: 0 },
    ]);
    const journals = await db.database.rows(
      'select brand_id, last_seq from brand_journal where brand_id in (600100, 600101) order by brand_id',
    );
    expect(journals).toEqual([
      [600100, 0],
      [600101, 0],
    ]);
    const [row] = await db.database.rows(
      'select strictness, historic_load_open from provider where provider_code = 600100',
    );
    expect(row).toEqual(['official', true]);
  });

  test('drawn numbers: seven digits; a number that is taken or promised is drawn again', async () => {
    const draws = [600100, 600101, 4_444_444, 2_000_001, 2_000_001, 2_000_002];
    const drawing = openParties({
      database: db.database,
      clock: systemClock,
      retailerUses: noUses,
      draw: () => draws.shift() as number,
    });
    const made = await drawing.createProvider({
      title: 'Çekilen A.Ş.',
      brands: [
        { name: 'Bir', master: true },
        { name: 'İki', master: false },
        { brandId: 4_444_444, name: 'Üç', master: false },
      ],
    });
    expect(made.providerCode).toBe(2_000_001);
    expect(made.brands.map(({ brandId }) => brandId)).toEqual([2_000_001, 2_000_002, 4_444_444]);

    const other = await parties.createProvider({ title: 'Rastgele', brands: [{ name: 'Rastgele', master: true }] });
    expect(String(other.providerCode)).toMatch(/^[1-9]\d{6}$/);
  });

  test('what cannot be is refused, and nothing of it is written', async () => {
    const before = [await count('provider'), await count('brand'), await count('brand_journal')];
    const master = { name: 'Ana', master: true };
    const cases: [string, Parameters<Parties['createProvider']>[0]][] = [
      ['malformed', { title: 'A', brands: [] }],
      ['malformed', { title: 'A', brands: [{ name: 'B', master: false }] }],
      ['malformed', { title: 'A', brands: [master, master] }],
      ['malformed', { providerCode: 700_000, title: 'A', brands: [{ ...master, brandId: 700_001 }] }],
      ['malformed', { providerCode: 0, title: 'A', brands: [master] }],
      ['malformed', { providerCode: 3_000_000_000, title: 'A', brands: [master] }],
      ['malformed', { title: '  ', brands: [master] }],
      ['malformed', { title: 'A', brands: [master, { name: '', master: false }] }],
      ['number-taken', { providerCode: 600100, title: 'A', brands: [master] }],
      ['number-taken', { providerCode: 600101, title: 'A', brands: [master] }],
      ['number-taken', { title: 'A', brands: [master, { brandId: 600101, name: 'B', master: false }] }],
    ];
    for (const [reason, provider] of cases) expect(await refusal(parties.createProvider(provider))).toBe(reason);
    expect([await count('provider'), await count('brand'), await count('brand_journal')]).toEqual(before);
  });

  test('two at once for one number: one has it', async () => {
    const brands = [{ name: 'Ana', master: true }];
    const results = await Promise.allSettled([
      parties.createProvider({ providerCode: 610_000, title: 'A', brands }),
      parties.createPartner({ partnerCode: 610_000, title: 'B' }),
      parties.addBrand({ providerCode: 600100, brandId: 610_000, name: 'C' }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'number-taken' });
  });

  test('a brand is added with its journal', async () => {
    const { brandId } = await parties.addBrand({ providerCode: 600100, name: 'Örnek Spor' });
    expect(await parties.brandsOf(600100)).toContainEqual({ brandId, name: 'Örnek Spor', master: false, retailers: 0 });
    const journal = await db.database.rows('select from brand_journal where brand_id = $1', [brandId]);
    expect(journal).toHaveLength(1);
    expect(await refusal(parties.addBrand({ providerCode: 999_999, name: 'X' }))).toBe('unknown-provider');
    expect(await parties.brandsOf(999_999)).toEqual([]);
    expect(await parties.brandsOf(1e12)).toEqual([]);
  });

  test('a policy changes what is given and leaves the rest', async () => {
    const policy = async (): Promise<unknown> =>
      (await db.database.rows('select strictness, historic_load_open from provider where provider_code = 600100'))[0];
    await parties.setPolicy(600100, { strictness: 'welcoming' });
    expect(await policy()).toEqual(['welcoming', true]);
    await parties.setPolicy(600100, { historicLoadOpen: false });
    expect(await policy()).toEqual(['welcoming', false]);
    expect(await refusal(parties.setPolicy(999_999, {}))).toBe('unknown-provider');
  });
});

describe('subscriptions', () => {
  const stored = async (holder: number): Promise<unknown> =>
    (
      await db.database.rows(
        `select package_name, extract(epoch from starts_at)::int8, extract(epoch from expires_at)::int8, status,
                api_included, consent_limit, consent_limit_exceed, via, via_pass
           from subscription where holder_code = $1`,
        [holder],
      )
    )[0];

  test('made with a provider, then replaced as a whole under the same id', async () => {
    const { providerCode } = await parties.createProvider({
      title: 'Abone',
      brands: [{ name: 'Abone', master: true }],
      subscription: {
        ...SUBSCRIPTION,
        via: { packageName: 'ViA-5', startsAt: 1_700_000_000, expiresAt: 1_750_000_000, credit: -1 },
      },
    });
    const id = async (): Promise<unknown> =>
      db.database.rows('select subscription_id::text from subscription where holder_code = $1', [providerCode]);
    const first = await id();
    expect(await stored(providerCode)).toEqual([
      'İleti-5',
      1_700_000_000,
      1_800_000_000,
      'ACTIVE',
      true,
      5_000,
      false,
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        packageName: 'ViA-5',
        startsAt: 1_700_000_000,
        expiresAt: 1_750_000_000,
        status: 'ACTIVE',
        credit: -1,
      },
      null,
    ]);
    await parties.setSubscription(providerCode, {
      ...SUBSCRIPTION,
      status: 'PAUSED',
      apiIncluded: false,
      consentLimitExceed: true,
    });
    expect(await stored(providerCode)).toEqual([
      'İleti-5',
      1_700_000_000,
      1_800_000_000,
      'PAUSED',
      false,
      5_000,
      true,
      null,
      null,
    ]);
    expect(await id()).toEqual(first);
  });

  test('a partner has one too; nobody else', async () => {
    const { partnerCode } = await parties.createPartner({ title: 'İş Ortağı', subscription: SUBSCRIPTION });
    expect(await stored(partnerCode)).toContain('İleti-5');
    expect(await refusal(parties.setSubscription(999_999, SUBSCRIPTION))).toBe('unknown-holder');
    expect(await refusal(parties.setSubscription(partnerCode, { ...SUBSCRIPTION, packageName: '' }))).toBe('malformed');
  });
});

describe('partners', () => {
  test('grants are set, changed, taken back, and listed page by page', async () => {
    const { partnerCode } = await parties.createPartner({ partnerCode: 900100, title: 'Örnek İş Ortağı A.Ş.' });
    const providers: { providerCode: number; brands: readonly { brandId: number }[] }[] = [];
    for (const providerCode of [620_000, 630_000])
      providers.push(
        await parties.createProvider({
          providerCode,
          title: `Sağlayıcı ${providerCode}`,
          brands: [
            { name: 'Ana', master: true },
            { brandId: providerCode + 1, name: 'Alt', master: false },
          ],
        }),
      );
    const nothing = { arama: 'none', mesaj: 'none', eposta: 'none', reconciliation: false, via: false } as const;
    await parties.grant(partnerCode, 630_000, { ...nothing, mesaj: 'read', via: true });
    await parties.grant(partnerCode, 620_001, { ...nothing, reconciliation: true });
    await parties.grant(partnerCode, 620_000, { ...nothing, arama: 'read' });
    await parties.grant(partnerCode, 620_000, {
      arama: 'write',
      mesaj: 'write',
      eposta: 'read',
      reconciliation: true,
      via: false,
    });
    await parties.grant(partnerCode, 630_001, { ...nothing, eposta: 'write' });
    await parties.grant(partnerCode, 630_001, nothing);

    const all = await parties.partnerBrands(partnerCode, { offset: 0, limit: 100 });
    expect(all).toEqual({
      total: 3,
      list: [
        {
          brandCode: 620_000,
          name: 'Ana',
          master: true,
          title: 'Sağlayıcı 620000',
          iysCode: 620_000,
          agreementControl: true,
          ARAMA: 'write',
          MESAJ: 'write',
          EPOSTA: 'read',
          viaControl: false,
        },
        expect.objectContaining({ brandCode: 620_001, master: false, agreementControl: true, ARAMA: 'none' }),
        expect.objectContaining({ brandCode: 630_000, MESAJ: 'read', agreementControl: false, viaControl: true }),
      ],
    });
    expect(await parties.partnerBrands(partnerCode, { offset: 1, limit: 1 })).toEqual({
      total: 3,
      list: [all.list[1]],
    });
    expect(await parties.partnerBrands(partnerCode, { offset: 0, limit: 10 }, 630_000)).toEqual({
      total: 1,
      list: [all.list[2]],
    });
    expect(await parties.partnerBrands(partnerCode, { offset: 0, limit: 10 }, 600100)).toEqual({ total: 0, list: [] });
    expect(await parties.partnerBrands(1e12, { offset: 0, limit: 10 })).toEqual({ total: 0, list: [] });
  });

  test('a partner, and whether it has a user', async () => {
    const { partnerCode } = await parties.createPartner({ title: 'Kullanıcısız' });
    const user = async (): Promise<boolean[]> => [
      await parties.partnerExists(partnerCode),
      await parties.partnerHasUser(partnerCode),
    ];
    expect(await user()).toEqual([true, false]);
    await db.database.run(
      `insert into account (email, password_hash, role, partner_code, enabled)
       values ('a@example.com', 'x', 'API_USER', $1, false), ('b@example.com', 'x', 'PORTAL_ADMIN', $1, true)`,
      [partnerCode],
    );
    expect(await user()).toEqual([true, false]);
    await db.database.run('update account set enabled = true where partner_code = $1', [partnerCode]);
    expect(await user()).toEqual([true, true]);
    for (const code of [600100, 0, 1e12])
      expect([await parties.partnerExists(code), await parties.partnerHasUser(code)]).toEqual([false, false]);
  });

  test('grants of or to nobody are refused', async () => {
    const rights = { arama: 'read', mesaj: 'none', eposta: 'none', reconciliation: false, via: false } as const;
    expect(await refusal(parties.grant(randomInt(1, 1000), 600100, rights))).toBe('unknown-partner');
    expect(await refusal(parties.grant(900100, 999_999, rights))).toBe('unknown-brand');
    expect(await refusal(parties.createPartner({ partnerCode: 600101, title: 'X' }))).toBe('number-taken');
  });
});
